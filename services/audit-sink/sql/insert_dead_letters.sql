-- Dead letters: :at_topic, :at_partition and :at_offset are where each is stored; :topic, :partition and :offset are where its message
-- came from.
INSERT INTO audit.dead_letter (topic, service, from_topic, reason, detail, delivery_id, task_id, partition, "offset",
	from_partition, from_offset, at)
SELECT topic, service, from_topic, reason, detail, delivery_id, task_id, partition, at_offset, from_partition, from_offset,
	to_timestamp(at_ms / 1000.0)
FROM unnest(:at_topic::text[], :service::text[], :topic::text[], :reason::text[], :detail::text[], :delivery_id::text[],
		:task_id::text[], :at_partition::bigint[], :at_offset::bigint[], :partition::bigint[], :offset::bigint[],
		:at_ms::bigint[])
	AS d(topic, service, from_topic, reason, detail, delivery_id, task_id, partition, at_offset, from_partition, from_offset,
		at_ms)
ORDER BY topic, partition, at_offset
ON CONFLICT DO NOTHING;
