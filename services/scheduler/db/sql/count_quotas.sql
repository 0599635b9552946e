-- Places of the tenants $1 at the destinations $2 (empty = at all): of the hour from $3 and of the day from $4 (Unix ms).
-- Who has a place and did not begin yet may begin in this hour.
WITH n AS (SELECT * FROM unnest($1::text[], $2::text[]) AS n (tenant, destination)),
	w AS (SELECT 'epoch'::timestamptz + $3::bigint * interval '1 millisecond' AS hour)
SELECT u.tenant, u.destination,
	count(*) FILTER (WHERE u.begun_at IS NULL OR (u.begun_at >= w.hour AND u.begun_at < w.hour + interval '1 hour')), count(*)
FROM (
	SELECT n.tenant, n.destination, p.begun_at FROM n JOIN run.quota_place p ON p.tenant = n.tenant
		AND p.begun_at >= 'epoch'::timestamptz + $4::bigint * interval '1 millisecond'
		AND p.begun_at < 'epoch'::timestamptz + ($4::bigint + 86400000) * interval '1 millisecond'
	WHERE n.destination = ''
	UNION ALL
	SELECT n.tenant, n.destination, p.begun_at FROM n JOIN run.quota_place p ON p.tenant = n.tenant AND p.destination = n.destination
		AND p.begun_at >= 'epoch'::timestamptz + $4::bigint * interval '1 millisecond'
		AND p.begun_at < 'epoch'::timestamptz + ($4::bigint + 86400000) * interval '1 millisecond'
	WHERE n.destination <> ''
	UNION ALL
	SELECT n.tenant, n.destination, p.begun_at FROM n JOIN run.quota_place p ON p.tenant = n.tenant
		AND p.begun_at IS NULL AND p.free_at IS NULL AND n.destination IN ('', p.destination)
) u CROSS JOIN w
GROUP BY u.tenant, u.destination
