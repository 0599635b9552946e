-- $1 tenant, $2 route (each or NULL) -> tenant, name, body, zone, "paused" or empty, of the routes with a cadence.
SELECT tenant, name, body, coalesce(body::jsonb #>> '{cadence,zone}', 'UTC'),
	CASE WHEN body::jsonb ->> 'paused' = 'true' THEN 'paused' ELSE '' END
FROM conf.document
WHERE kind = 'Route' AND ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR name = $2) AND body::jsonb ? 'cadence'
ORDER BY tenant, name;
