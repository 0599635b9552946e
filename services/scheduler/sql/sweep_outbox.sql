-- Stored for longer than $1 ms and not marked, at most $2; nobody else sweeps them meanwhile.
SELECT id, delivery_id, topic, partition, key, value, type, tenant, task_id FROM run.outbox
WHERE stored_at < now() - $1::bigint * interval '1 millisecond' ORDER BY id LIMIT $2::bigint FOR UPDATE SKIP LOCKED
