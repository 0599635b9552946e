-- Breakers that nothing touched for :idle_ms, and those beyond the :kept that changed last: such a place starts again with a closed breaker.
DELETE FROM run.place_breaker WHERE changed_at < now() - :idle_ms::bigint * interval '1 millisecond' OR place IN
	(SELECT place FROM run.place_breaker ORDER BY changed_at DESC, place OFFSET :kept::bigint)
