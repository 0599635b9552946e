-- Names of the applied documents of a kind.
SELECT name FROM conf.document WHERE kind = :kind AND tenant = :tenant ORDER BY name LIMIT 20000;
