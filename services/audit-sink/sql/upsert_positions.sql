-- $1 text[] topics, $2 bigint[] partitions, $3 bigint[] next offsets: they only grow, so a late writer changes nothing.
INSERT INTO audit.position AS old (topic, partition, next_offset)
SELECT topic, partition, next_offset
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS p(topic, partition, next_offset)
ORDER BY topic, partition
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
WHERE old.next_offset < EXCLUDED.next_offset;
