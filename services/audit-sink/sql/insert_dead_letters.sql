-- $1..$7 text[]: topic it lies in, service, topic it came from, reason, detail, delivery, task;
-- $8..$12 bigint[]: partition, offset, from partition, from offset, at (Unix ms).
INSERT INTO audit.dead_letter (topic, service, from_topic, reason, detail, delivery_id, task_id, partition, "offset",
	from_partition, from_offset, at)
SELECT topic, service, from_topic, reason, detail, delivery_id, task_id, partition, at_offset, from_partition, from_offset,
	to_timestamp(at_ms / 1000.0)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
	$10::bigint[], $11::bigint[], $12::bigint[])
	AS d(topic, service, from_topic, reason, detail, delivery_id, task_id, partition, at_offset, from_partition, from_offset,
		at_ms)
ORDER BY topic, partition, at_offset
ON CONFLICT DO NOTHING;
