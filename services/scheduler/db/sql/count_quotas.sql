-- Places that each tenant took at each destination (empty: at all of them), in the hour from :hour and the day from :day (Unix ms). A
-- delivery that has a place and has not begun counts, because it can begin in this hour.
WITH n AS (SELECT * FROM unnest(:tenant::text[], :destination::text[]) AS n (tenant, destination)),
	w AS (SELECT 'epoch'::timestamptz + :hour::bigint * interval '1 millisecond' AS hour)
SELECT u.tenant, u.destination,
	count(*) FILTER (WHERE u.begun_at IS NULL OR (u.begun_at >= w.hour AND u.begun_at < w.hour + interval '1 hour')) AS in_hour, count(*) AS in_day
FROM (
	SELECT n.tenant, n.destination, p.begun_at FROM n JOIN run.quota_place p ON p.tenant = n.tenant
		AND p.begun_at >= 'epoch'::timestamptz + :day::bigint * interval '1 millisecond'
		AND p.begun_at < 'epoch'::timestamptz + (:day::bigint + 86400000) * interval '1 millisecond'
	WHERE n.destination = ''
	UNION ALL
	SELECT n.tenant, n.destination, p.begun_at FROM n JOIN run.quota_place p ON p.tenant = n.tenant AND p.destination = n.destination
		AND p.begun_at >= 'epoch'::timestamptz + :day::bigint * interval '1 millisecond'
		AND p.begun_at < 'epoch'::timestamptz + (:day::bigint + 86400000) * interval '1 millisecond'
	WHERE n.destination <> ''
	UNION ALL
	SELECT n.tenant, n.destination, p.begun_at FROM n JOIN run.quota_place p ON p.tenant = n.tenant
		AND p.begun_at IS NULL AND p.free_at IS NULL AND n.destination IN ('', p.destination)
) u CROSS JOIN w
GROUP BY u.tenant, u.destination
