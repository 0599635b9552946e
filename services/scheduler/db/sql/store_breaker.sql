INSERT INTO run.place_breaker (place, failures, rests, open_until, prober, probe, changed_at)
VALUES ($1, $2::integer, $3::integer, 'epoch'::timestamptz + $4::bigint * interval '1 millisecond', $5, $6, now())
ON CONFLICT (place) DO UPDATE SET failures = excluded.failures, rests = excluded.rests, open_until = excluded.open_until,
	prober = excluded.prober, probe = excluded.probe, changed_at = excluded.changed_at
