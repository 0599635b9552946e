-- $1 name, $2 tenant or NULL -> routes and bridges of that name: applied, or known from their deliveries.
SELECT name FROM conf.document WHERE kind IN ('Route', 'Bridge') AND name = $1 AND ($2::text IS NULL OR tenant = $2)
UNION
SELECT route FROM run.delivery WHERE route = $1 AND ($2::text IS NULL OR tenant = $2)
UNION
SELECT route FROM run.build WHERE route = $1 AND ($2::text IS NULL OR tenant = $2);
