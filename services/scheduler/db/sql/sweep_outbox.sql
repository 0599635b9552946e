-- Claims what was stored for longer than $1 ms, not longer than $5 ms, and not marked, of the topics $3: at most $2 rows, in their order.
-- Nobody else sweeps them for $4 ms, nor what stands behind them, of the same delivery in the same topic.
WITH due AS MATERIALIZED (
	SELECT o.id FROM run.outbox o
	WHERE o.stored_at < now() - $1::bigint * interval '1 millisecond' AND o.stored_at >= now() - $5::bigint * interval '1 millisecond'
		AND o.topic = ANY ($3::bigint[])
		AND (o.swept_at IS NULL OR o.swept_at < now() - $4::bigint * interval '1 millisecond')
		AND NOT EXISTS (SELECT FROM run.outbox p WHERE p.delivery_id = o.delivery_id AND p.topic = o.topic AND p.id < o.id
			AND p.swept_at >= now() - $4::bigint * interval '1 millisecond')
	ORDER BY o.stored_at, o.id LIMIT $2::bigint FOR UPDATE SKIP LOCKED),
claimed AS (
	UPDATE run.outbox o SET swept_at = now() FROM due WHERE o.id = due.id
	RETURNING o.id, o.delivery_id, o.topic, o.partition, o.key, o.value, o.type, o.tenant, o.task_id)
SELECT id, delivery_id, topic, partition, key, value, type, tenant, task_id FROM claimed ORDER BY id
