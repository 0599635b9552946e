-- Breakers that nothing touched for $1 ms, and those beyond the $2 that changed last: such a place begins anew, closed.
DELETE FROM run.place_breaker WHERE changed_at < now() - $1::bigint * interval '1 millisecond' OR place IN
	(SELECT place FROM run.place_breaker ORDER BY changed_at DESC, place OFFSET $2::bigint)
