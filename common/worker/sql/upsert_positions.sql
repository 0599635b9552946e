-- Offsets only grow, so a late writer changes nothing. :witness identifies the message before the offset.
INSERT INTO audit.position AS old (service, topic, partition, next_offset, witness)
SELECT :service, topic, partition, next_offset, witness
FROM unnest(:topic::text[], :partition::bigint[], :next_offset::bigint[], :witness::text[]) AS p(topic, partition, next_offset, witness)
ORDER BY topic, partition
ON CONFLICT (service, topic, partition) DO UPDATE SET (next_offset, witness) = (EXCLUDED.next_offset, EXCLUDED.witness)
WHERE old.next_offset < EXCLUDED.next_offset;
