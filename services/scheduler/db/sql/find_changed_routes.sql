-- At most :limit routes whose document is not the one that route_due was computed from.
SELECT d.tenant, d.name, d.body, d.hash, r.cadence_hash, r.document_hash
FROM conf.document d LEFT JOIN run.route_due r ON r.tenant = d.tenant AND r.route = d.name
WHERE d.kind = 'Route' AND r.document_hash IS DISTINCT FROM d.hash
ORDER BY d.tenant, d.name LIMIT :limit::bigint
