-- Roles among :roles that are missing, or have more rights than they should.
SELECT w.name AS role, 'is not there' AS fault, 'CREATE ROLE ' || quote_ident(w.name) ||
	' LOGIN, and run longshore migrate on an empty database'
	|| ' or grant what db/migrations grants' AS remedy
FROM unnest(:roles::text[]) AS w(name) WHERE NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = w.name)
UNION ALL
SELECT r.rolname, 'has ' || f.attribute, 'ALTER ROLE ' || quote_ident(r.rolname) || ' NO' || f.attribute
FROM pg_roles AS r, LATERAL (VALUES ('SUPERUSER', r.rolsuper), ('CREATEROLE', r.rolcreaterole), ('CREATEDB', r.rolcreatedb),
	('BYPASSRLS', r.rolbypassrls), ('REPLICATION', r.rolreplication)) AS f(attribute, has)
WHERE r.rolname = ANY(:roles::text[]) AND f.has
UNION ALL
SELECT r.rolname, 'may not log in', 'ALTER ROLE ' || quote_ident(r.rolname) || ' LOGIN'
FROM pg_roles AS r WHERE r.rolname = ANY(:roles::text[]) AND NOT r.rolcanlogin
UNION ALL
SELECT r.rolname, 'is a member of ' || g.rolname, 'REVOKE ' || quote_ident(g.rolname) || ' FROM ' || quote_ident(r.rolname)
FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member JOIN pg_roles AS g ON g.oid = m.roleid
WHERE r.rolname = ANY(:roles::text[])
UNION ALL
SELECT r.rolname, 'owns ' || n.nspname || '.' || c.relname, 'ALTER TABLE ' || n.nspname || '.' || c.relname || ' OWNER TO the owner of'
	|| ' the other tables'
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_roles AS r ON r.oid = c.relowner
WHERE r.rolname = ANY(:roles::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
ORDER BY 1, 2;
