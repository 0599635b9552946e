-- The places :places answer again.
DELETE FROM run.place_breaker WHERE place = ANY (:places::text[])
