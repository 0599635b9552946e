-- $1 tenant or NULL -> kind, name: tenants, and routes and bridges of that tenant, applied or known from their deliveries.
SELECT DISTINCT kind, name FROM (
	SELECT CASE WHEN kind = 'Tenant' THEN 'tenant' ELSE 'route' END AS kind, name FROM conf.document
	WHERE kind = 'Tenant' OR (kind IN ('Route', 'Bridge') AND ($1::text IS NULL OR tenant = $1))
	UNION ALL SELECT 'tenant', tenant FROM run.delivery UNION ALL SELECT 'tenant', tenant FROM run.build
	UNION ALL SELECT 'route', route FROM run.delivery WHERE $1::text IS NULL OR tenant = $1
	UNION ALL SELECT 'route', route FROM run.build WHERE $1::text IS NULL OR tenant = $1) AS n
ORDER BY 1, 2 LIMIT 20000;
