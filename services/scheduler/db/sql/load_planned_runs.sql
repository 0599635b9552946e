-- All plans, to recompute their times with the current time-zone rules.
SELECT r.tenant, r.route, r.label, r.fold, (extract(epoch FROM r.next_due) * 1000)::bigint AS due_ms, d.body
FROM run.route_due r JOIN conf.document d ON d.kind = 'Route' AND d.tenant = r.tenant AND d.name = r.route
WHERE r.next_due IS NOT NULL
