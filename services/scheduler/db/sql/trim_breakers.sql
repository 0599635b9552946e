-- Deletes breakers unchanged for :idle_ms, and all but the :kept most recently changed. Such a place starts again with a closed breaker.
DELETE FROM run.place_breaker WHERE changed_at < now() - :idle_ms::bigint * interval '1 millisecond' OR place IN
	(SELECT place FROM run.place_breaker ORDER BY changed_at DESC, place OFFSET :kept::bigint)
