-- Tasks in flight, of the tenants $1 and at the destinations $2.
SELECT 'tenant', tenant, count(*) FROM run.task
WHERE status = 'issued' AND tenant = ANY ($1::text[]) GROUP BY tenant
UNION ALL
SELECT 'destination', destination, count(*) FROM run.task
WHERE status = 'issued' AND destination = ANY ($2::text[]) GROUP BY destination
