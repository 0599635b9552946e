-- Tenants, and the routes and bridges of :tenant (NULL: of all), applied or known from their deliveries.
SELECT DISTINCT kind, name FROM (
	SELECT CASE WHEN kind = 'Tenant' THEN 'tenant' ELSE 'route' END AS kind, name FROM conf.document
	WHERE kind = 'Tenant' OR (kind IN ('Route', 'Bridge') AND (:tenant::text IS NULL OR tenant = :tenant))
	UNION ALL SELECT 'tenant', tenant FROM run.delivery UNION ALL SELECT 'tenant', tenant FROM run.build
	UNION ALL SELECT 'route', route FROM run.delivery WHERE :tenant::text IS NULL OR tenant = :tenant
	UNION ALL SELECT 'route', route FROM run.build WHERE :tenant::text IS NULL OR tenant = :tenant) AS n
ORDER BY 1, 2 LIMIT 20000;
