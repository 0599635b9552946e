-- Breakers of the places :places, which uploads found down.
SELECT place, failures, rests, (extract(epoch FROM open_until) * 1000)::bigint AS open_until_ms, prober, probe FROM run.place_breaker
WHERE place = ANY (:places::text[])
