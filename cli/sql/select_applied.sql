-- For the given documents: their position in the list (from 1), and what is applied.
SELECT w.place, d.hash, d.applied_by, floor(extract(epoch FROM d.applied_at) * 1000)::bigint AS at_ms,
	(SELECT max(v.version) FROM conf.document_version v WHERE v.kind = d.kind AND v.tenant = d.tenant AND v.name = d.name) AS version
FROM unnest(:kind::text[], :tenant::text[], :name::text[]) WITH ORDINALITY AS w (kind, tenant, name, place)
JOIN conf.document d ON d.kind = w.kind AND d.tenant = w.tenant AND d.name = w.name;
