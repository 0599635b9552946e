-- $1 tenant, $2 route, $3 document's hash, $4 cadence's hash, $5 label, $6 zone, $7 fold, $8 due in ms (0 = never).
INSERT INTO run.route_due AS r (tenant, route, document_hash, cadence_hash, label, zone, fold, next_due)
VALUES ($1, $2, $3, $4, $5, $6, $7::smallint, 'epoch'::timestamptz + nullif($8::bigint, 0) * interval '1 millisecond')
ON CONFLICT (tenant, route) DO UPDATE SET document_hash = excluded.document_hash, cadence_hash = excluded.cadence_hash,
	label = excluded.label, zone = excluded.zone, fold = excluded.fold, next_due = excluded.next_due
WHERE r.document_hash IS DISTINCT FROM excluded.document_hash
