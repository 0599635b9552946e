-- Destinations $1 that were found away.
SELECT destination, failures, (extract(epoch FROM open_until) * 1000)::bigint FROM run.breaker WHERE destination = ANY ($1::text[])
	AND failures > 0
