-- Places $1 that uploads found away.
SELECT place, failures, rests, (extract(epoch FROM open_until) * 1000)::bigint, prober, probe FROM run.place_breaker
WHERE place = ANY ($1::text[])
