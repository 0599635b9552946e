-- How many ms until something is due: a delivery, a run; NULL = nothing.
SELECT least(
	(SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::bigint FROM run.state WHERE due_at IS NOT NULL),
	(SELECT (extract(epoch FROM min(next_due) - clock_timestamp()) * 1000)::bigint FROM run.route_due
		WHERE next_due IS NOT NULL))
