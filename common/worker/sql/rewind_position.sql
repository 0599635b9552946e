-- The partition lost its end, and is read again from :next.
UPDATE audit.position SET next_offset = :next, witness = ''
WHERE service = :service AND topic = :topic AND partition = :partition AND next_offset > :next;
