-- Claims at most :limit due rows of run.live, due for at most :back_ms: no other scheduler looks at them for :claim_ms. The delivery's
-- own row decides whether it is due, because it can have moved on; then the row of run.live follows it. Rows being decided now are
-- locked, and skipped. A claim without a decision expires. -> delivery, is due
WITH come AS MATERIALIZED (SELECT l.delivery_id, s.due_at, s.due_at <= now() AS is_due
	FROM run.live l JOIN run.state s USING (delivery_id)
	WHERE l.due_at <= now() AND l.due_at >= now() - :back_ms::bigint * interval '1 millisecond'
	ORDER BY l.due_at LIMIT :limit::bigint FOR NO KEY UPDATE SKIP LOCKED)
UPDATE run.live l SET due_at = CASE WHEN come.is_due THEN now() + :claim_ms::bigint * interval '1 millisecond' ELSE come.due_at END
FROM come WHERE l.delivery_id = come.delivery_id
RETURNING l.delivery_id, come.is_due
