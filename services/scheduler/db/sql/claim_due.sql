-- Narrow rows that are due, :limit at most, and due not longer than :back_ms: nobody else looks at them for :claim_ms. Whether the delivery is
-- due is what its own row says, which may have moved on; then the narrow row follows it. Its row is locked meanwhile: what is
-- being decided now is passed over. A claim that is not followed by a decision runs out. -> delivery, is due
WITH come AS MATERIALIZED (SELECT l.delivery_id, s.due_at, s.due_at <= now() AS is_due
	FROM run.live l JOIN run.state s USING (delivery_id)
	WHERE l.due_at <= now() AND l.due_at >= now() - :back_ms::bigint * interval '1 millisecond'
	ORDER BY l.due_at LIMIT :limit::bigint FOR NO KEY UPDATE SKIP LOCKED)
UPDATE run.live l SET due_at = CASE WHEN come.is_due THEN now() + :claim_ms::bigint * interval '1 millisecond' ELSE come.due_at END
FROM come WHERE l.delivery_id = come.delivery_id
RETURNING l.delivery_id, come.is_due
