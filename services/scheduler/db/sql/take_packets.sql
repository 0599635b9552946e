-- Removes what was stored for longer than $1 ms, and not longer than $2 ms: at most $3 packets -> id, time (microseconds), body, in
-- their order. The same transaction stores their messages one by one.
WITH old AS MATERIALIZED (
	SELECT p.stored_at, p.id FROM run.packet p
	WHERE p.stored_at < now() - $1::bigint * interval '1 millisecond' AND p.stored_at >= now() - $2::bigint * interval '1 millisecond'
	ORDER BY p.stored_at, p.id LIMIT $3::bigint FOR UPDATE SKIP LOCKED),
gone AS (DELETE FROM run.packet p USING old WHERE p.stored_at = old.stored_at AND p.id = old.id
	RETURNING p.id, p.stored_at, p.body)
SELECT id, (extract(epoch FROM stored_at) * 1000000)::bigint, body FROM gone ORDER BY stored_at, id
