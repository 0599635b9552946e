SELECT destination, failures, (extract(epoch FROM open_until) * 1000)::bigint FROM run.breaker WHERE destination = ANY ($1::text[])
ORDER BY destination FOR UPDATE
