-- $1 kind, $2 tenant -> names of such documents.
SELECT name FROM conf.document WHERE kind = $1 AND tenant = $2 ORDER BY name LIMIT 20000;
