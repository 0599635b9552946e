-- The services that the unfinished deliveries and builds :ids (NULL: all) have waited for, longer than :for_ms. :services do the tasks
-- of :stages. An issued task waits for its service, due work for the scheduler, and an unrecorded status for the recorder.
SELECT DISTINCT s.delivery_id, n.service
FROM run.state AS s LEFT JOIN run.live AS l USING (delivery_id) LEFT JOIN run.delivery AS d USING (delivery_id)
	LEFT JOIN run.build AS b USING (delivery_id),
	LATERAL (SELECT does.service
		FROM run.task AS t JOIN unnest(:stages::text[], :services::text[]) AS does(stage, service) ON does.stage = t.stage
		WHERE t.delivery_id = s.delivery_id AND l.tasks_out > 0 AND t.status = 'issued'
			AND coalesce(t.issued_at, t.ready_at) <= clock_timestamp() - :for_ms::bigint * interval '1 millisecond'
		UNION ALL
		SELECT 'scheduler' WHERE s.due_at <= clock_timestamp() - :for_ms::bigint * interval '1 millisecond'
		UNION ALL
		SELECT 'audit-sink' WHERE s.status_version > coalesce(d.version, b.version, 0)
			AND s.changed_at <= clock_timestamp() - :for_ms::bigint * interval '1 millisecond') AS n
WHERE (:ids::text[] IS NULL AND (l.delivery_id IS NOT NULL OR s.changed_at > now() - interval '7 days')) OR s.delivery_id = ANY(:ids::text[])
ORDER BY 1, 2;
