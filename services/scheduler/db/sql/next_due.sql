-- Milliseconds until a delivery or a run is due, from :back_ms ago to :ahead_ms ahead; NULL: nothing is due.
SELECT least(
	(SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::bigint FROM run.live
		WHERE due_at >= now() - :back_ms::bigint * interval '1 millisecond' AND due_at <= now() + :ahead_ms::bigint * interval '1 millisecond'),
	(SELECT (extract(epoch FROM min(next_due) - clock_timestamp()) * 1000)::bigint FROM run.route_due
		WHERE next_due IS NOT NULL)) AS due_in_ms
