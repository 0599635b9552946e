-- Tasks in flight, of the tenants $1 and at the destinations $2.
SELECT 'tenant', tenant, sum(tasks_out) FROM run.live
WHERE tasks_out > 0 AND tenant = ANY ($1::text[]) GROUP BY tenant
UNION ALL
SELECT 'destination', destination, sum(destination_tasks_out) FROM run.live
WHERE tasks_out > 0 AND destination = ANY ($2::text[]) GROUP BY destination
