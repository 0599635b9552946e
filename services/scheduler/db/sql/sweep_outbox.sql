-- Claims at most :limit unmarked rows of :topics, in order, that were stored longer ago than :over_ms but not longer than :back_ms. For
-- :claim_ms, no other sweep takes them, or later rows of the same delivery in the same topic.
WITH due AS MATERIALIZED (
	SELECT o.id FROM run.outbox o
	WHERE o.stored_at < now() - :over_ms::bigint * interval '1 millisecond' AND o.stored_at >= now() - :back_ms::bigint * interval '1 millisecond'
		AND o.topic = ANY (:topics::bigint[])
		AND (o.swept_at IS NULL OR o.swept_at < now() - :claim_ms::bigint * interval '1 millisecond')
		AND NOT EXISTS (SELECT FROM run.outbox p WHERE p.delivery_id = o.delivery_id AND p.topic = o.topic AND p.id < o.id
			AND p.swept_at >= now() - :claim_ms::bigint * interval '1 millisecond')
	ORDER BY o.stored_at, o.id LIMIT :limit::bigint FOR UPDATE SKIP LOCKED),
claimed AS (
	UPDATE run.outbox o SET swept_at = now() FROM due WHERE o.id = due.id
	RETURNING o.id, o.delivery_id, o.topic, o.partition, o.key, o.value, o.type, o.tenant, o.task_id)
SELECT id, delivery_id, topic, partition, key, value, type, tenant, task_id FROM claimed ORDER BY id
