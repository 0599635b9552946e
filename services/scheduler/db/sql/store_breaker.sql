INSERT INTO run.place_breaker (place, failures, rests, open_until, prober, probe, changed_at)
VALUES (:place, :failures::integer, :rests::integer, 'epoch'::timestamptz + :open_until_ms::bigint * interval '1 millisecond', :prober, :probe, now())
ON CONFLICT (place) DO UPDATE SET failures = excluded.failures, rests = excluded.rests, open_until = excluded.open_until,
	prober = excluded.prober, probe = excluded.probe, changed_at = excluded.changed_at
