-- To the next run; only from the label and fold that were read.
UPDATE run.route_due r SET label = n.label, fold = n.fold,
	next_due = 'epoch'::timestamptz + nullif(n.due, 0) * interval '1 millisecond'
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])
	AS n (tenant, route, old_label, old_fold, label, fold, due)
WHERE r.tenant = n.tenant AND r.route = n.route AND r.label = n.old_label AND r.fold = n.old_fold
