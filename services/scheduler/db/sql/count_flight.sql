-- Tasks in flight of the tenants :tenants and at the destinations :destinations.
SELECT 'tenant' AS kind, tenant AS name, sum(tasks_out) AS tasks FROM run.live
WHERE tasks_out > 0 AND tenant = ANY (:tenants::text[]) GROUP BY tenant
UNION ALL
SELECT 'destination', destination, sum(destination_tasks_out) FROM run.live
WHERE tasks_out > 0 AND destination = ANY (:destinations::text[]) GROUP BY destination
