-- $1 kinds, $2 tenants, $3 names -> place in them (from 1), hash, by, at in ms, version.
SELECT w.place, d.hash, d.applied_by, floor(extract(epoch FROM d.applied_at) * 1000)::bigint,
	(SELECT max(v.version) FROM conf.document_version v WHERE v.kind = d.kind AND v.tenant = d.tenant AND v.name = d.name)
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (kind, tenant, name, place)
JOIN conf.document d ON d.kind = w.kind AND d.tenant = w.tenant AND d.name = w.name;
