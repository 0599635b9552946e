-- Routes with a cadence, filtered by :tenant and :route (each may be NULL). paused is "paused" or empty.
SELECT tenant, name, body, coalesce(body::jsonb #>> '{cadence,zone}', 'UTC') AS zone,
	CASE WHEN body::jsonb ->> 'paused' = 'true' THEN 'paused' ELSE '' END AS paused
FROM conf.document
WHERE kind = 'Route' AND (:tenant::text IS NULL OR tenant = :tenant) AND (:route::text IS NULL OR name = :route) AND body::jsonb ? 'cadence'
ORDER BY tenant, name;
