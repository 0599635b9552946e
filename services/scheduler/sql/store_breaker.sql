INSERT INTO run.breaker (destination, failures, open_until, changed_at)
VALUES ($1, $2::integer, 'epoch'::timestamptz + $3::bigint * interval '1 millisecond', now())
ON CONFLICT (destination) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until,
	changed_at = excluded.changed_at
