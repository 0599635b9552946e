-- Advances routes to their next run, but only from the label and fold that were read.
UPDATE run.route_due r SET label = n.label, fold = n.fold,
	next_due = 'epoch'::timestamptz + nullif(n.due, 0) * interval '1 millisecond'
FROM unnest(:tenant::text[], :route::text[], :old_label::text[], :old_fold::bigint[], :label::text[], :fold::bigint[],
	:due::bigint[])
	AS n (tenant, route, old_label, old_fold, label, fold, due)
WHERE r.tenant = n.tenant AND r.route = n.route AND r.label = n.old_label AND r.fold = n.old_fold
