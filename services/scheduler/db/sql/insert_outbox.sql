-- Inserts in the order of the arrays, and returns the ids in that order. :at is the time of the first storing in microseconds; 0: now.
INSERT INTO run.outbox (delivery_id, topic, partition, key, value, type, tenant, task_id, stored_at)
SELECT n.id, n.topic, n.partition, n.key, n.value, n.type, n.tenant, n.task_id,
	coalesce('epoch'::timestamptz + nullif(n.at, 0) * interval '1 microsecond', clock_timestamp())
FROM unnest(:id::text[], :topic::bigint[], :partition::bigint[], :key::text[], :value::bytea[], :type::text[],
	:tenant::text[], :task_id::text[], :at::bigint[])
	WITH ORDINALITY AS n (id, topic, partition, key, value, type, tenant, task_id, at, place)
ORDER BY n.place
RETURNING id
