-- $1 topic, $2 partition, $3 next offset: the partition lost its end and is read again from there.
UPDATE audit.position SET next_offset = $3, witness = ''
WHERE topic = $1 AND partition = $2 AND next_offset > $3;
