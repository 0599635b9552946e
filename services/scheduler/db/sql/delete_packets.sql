-- Marks packets as published completely. Losing this only repeats messages, so the commit does not wait for the disk.
WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS word)
DELETE FROM run.packet p USING quick, unnest(:id::bigint[], :at::bigint[]) AS n (id, at)
WHERE quick.word = 'off' AND p.stored_at = 'epoch'::timestamptz + n.at * interval '1 microsecond' AND p.id = n.id
