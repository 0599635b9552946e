-- parameters of: delete_packets
-- Deletes partly published packets. The same transaction stores the remaining messages.
DELETE FROM run.packet p USING unnest(:id::bigint[], :at::bigint[]) AS n (id, at)
WHERE p.stored_at = 'epoch'::timestamptz + n.at * interval '1 microsecond' AND p.id = n.id
