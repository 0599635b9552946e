-- In the order of the arrays; gives the ids in that order.
INSERT INTO run.outbox (delivery_id, topic, partition, key, value, type, tenant, task_id)
SELECT n.id, n.topic, n.partition, n.key, n.value, n.type, n.tenant, n.task_id
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[])
	WITH ORDINALITY AS n (id, topic, partition, key, value, type, tenant, task_id, place)
ORDER BY n.place
RETURNING id
