-- $1 text[] topics, $2 bigint[] partitions, $3 bigint[] next offsets: they only grow, so a late writer changes nothing;
-- $4 text[] what the messages before them looked like.
INSERT INTO audit.position AS old (topic, partition, next_offset, witness)
SELECT topic, partition, next_offset, witness
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS p(topic, partition, next_offset, witness)
ORDER BY topic, partition
ON CONFLICT (topic, partition) DO UPDATE SET (next_offset, witness) = (EXCLUDED.next_offset, EXCLUDED.witness)
WHERE old.next_offset < EXCLUDED.next_offset;
