-- In the order of the arrays; gives the ids in that order. $9: when it was stored first, in microseconds; 0: now.
INSERT INTO run.outbox (delivery_id, topic, partition, key, value, type, tenant, task_id, stored_at)
SELECT n.id, n.topic, n.partition, n.key, n.value, n.type, n.tenant, n.task_id,
	coalesce('epoch'::timestamptz + nullif(n.at, 0) * interval '1 microsecond', clock_timestamp())
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::bigint[])
	WITH ORDINALITY AS n (id, topic, partition, key, value, type, tenant, task_id, at, place)
ORDER BY n.place
RETURNING id
