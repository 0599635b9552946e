DELETE FROM run.route_due r
WHERE NOT EXISTS (SELECT FROM conf.document d WHERE d.kind = 'Route' AND d.tenant = r.tenant AND d.name = r.route)
