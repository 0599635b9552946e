-- Takes at most :limit deliveries that have been over for :over_ms, to be listed in staging; the commit removes them here. -> delivery,
-- tenant, route. Skips rows that another replica holds. Does not take the last accepted delivery of a route, because the next one is
-- compared with what it staged.
WITH due AS MATERIALIZED (SELECT e.ctid AS place FROM run.ended e
	WHERE e.at < now() - :over_ms::bigint * interval '1 millisecond' AND NOT EXISTS (SELECT FROM run.route_head h
		WHERE h.tenant = e.tenant AND h.route = e.route AND h.delivery_id = e.delivery_id)
	LIMIT :limit::bigint FOR UPDATE OF e SKIP LOCKED)
DELETE FROM run.ended e USING due WHERE e.ctid = due.place RETURNING e.delivery_id, e.tenant, e.route
