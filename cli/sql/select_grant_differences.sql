-- The parameters are the grants of the migrations. The rows are the differences in the database: for these roles anywhere, and for
-- PUBLIC in our schemas.
WITH expected AS (
	SELECT DISTINCT * FROM unnest(:role::text[], :kind::text[], :object::text[], :privilege::text[]) AS x(role, kind, object, privilege)
), ours AS (
	SELECT DISTINCT object AS name FROM expected WHERE kind = 'schema'
), acl AS (
	SELECT 'schema' AS kind, n.nspname AS schema, n.nspname::text AS object, n.nspacl AS acl FROM pg_namespace AS n
	UNION ALL
	SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, n.nspname || '.' || c.relname, c.relacl
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	UNION ALL
	SELECT 'column', n.nspname, n.nspname || '.' || c.relname || '.' || a.attname, a.attacl
	FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
	UNION ALL
	SELECT 'function', n.nspname, n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proacl
	FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
	UNION ALL
	SELECT 'default', '', 'what is created later', d.defaclacl FROM pg_default_acl AS d
), held AS (
	SELECT DISTINCT coalesce(r.rolname, 'PUBLIC') AS role, a.kind, a.object, g.privilege_type AS privilege
	FROM acl AS a, aclexplode(a.acl) AS g LEFT JOIN pg_roles AS r ON r.oid = g.grantee
	WHERE a.acl IS NOT NULL AND a.schema NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
		AND (r.rolname IN (SELECT role FROM expected)
			OR (g.grantee = 0 AND a.kind <> 'function' AND a.schema IN (SELECT name FROM ours UNION ALL SELECT 'public')))
	UNION
	SELECT DISTINCT r.rolname, 'database', d.datname, g.privilege_type
	FROM pg_database AS d, aclexplode(d.datacl) AS g JOIN pg_roles AS r ON r.oid = g.grantee
	WHERE d.datname = current_database() AND g.privilege_type = 'CREATE' AND r.rolname IN (SELECT role FROM expected)
)
SELECT h.role IS NULL AS is_missing, coalesce(e.role, h.role) AS role, coalesce(e.kind, h.kind) AS kind, coalesce(e.object, h.object) AS object,
	coalesce(e.privilege, h.privilege) AS privilege
FROM expected AS e FULL JOIN held AS h USING (role, kind, object, privilege)
WHERE e.role IS NULL OR h.role IS NULL
ORDER BY 1, 2, 3, 4, 5;
