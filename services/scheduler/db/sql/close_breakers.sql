-- The places :places respond again.
DELETE FROM run.place_breaker WHERE place = ANY (:places::text[])
