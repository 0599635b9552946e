-- The places $1 answer again.
DELETE FROM run.place_breaker WHERE place = ANY ($1::text[])
