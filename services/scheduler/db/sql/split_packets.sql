-- parameters of: delete_packets
-- Packets of which a part was published; the same transaction stores the rest.
DELETE FROM run.packet p USING unnest(:id::bigint[], :at::bigint[]) AS n (id, at)
WHERE p.stored_at = 'epoch'::timestamptz + n.at * interval '1 microsecond' AND p.id = n.id
