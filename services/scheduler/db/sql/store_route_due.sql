-- The next run of a route. :due is in Unix ms, 0: never.
INSERT INTO run.route_due AS r (tenant, route, document_hash, cadence_hash, label, zone, fold, next_due)
VALUES (:tenant, :route, :document_hash, :cadence_hash, :label, :zone, :fold::smallint,
	'epoch'::timestamptz + nullif(:due::bigint, 0) * interval '1 millisecond')
ON CONFLICT (tenant, route) DO UPDATE SET document_hash = excluded.document_hash, cadence_hash = excluded.cadence_hash,
	label = excluded.label, zone = excluded.zone, fold = excluded.fold, next_due = excluded.next_due
WHERE r.document_hash IS DISTINCT FROM excluded.document_hash
