-- Removes at most :limit packets that were stored longer ago than :over_ms but not longer than :back_ms. -> id, time (microseconds),
-- body, in order. The same transaction stores their messages one by one.
WITH old AS MATERIALIZED (
	SELECT p.stored_at, p.id FROM run.packet p
	WHERE p.stored_at < now() - :over_ms::bigint * interval '1 millisecond' AND p.stored_at >= now() - :back_ms::bigint * interval '1 millisecond'
	ORDER BY p.stored_at, p.id LIMIT :limit::bigint FOR UPDATE SKIP LOCKED),
gone AS (DELETE FROM run.packet p USING old WHERE p.stored_at = old.stored_at AND p.id = old.id
	RETURNING p.id, p.stored_at, p.body)
SELECT id, (extract(epoch FROM stored_at) * 1000000)::bigint AS stored_us, body FROM gone ORDER BY stored_at, id
