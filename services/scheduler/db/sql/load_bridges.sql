-- The newest version of each bridge.
SELECT n.tenant, n.bridge, v.version, (extract(epoch FROM v.built_at) * 1000)::bigint AS built_ms, v.persons
FROM (SELECT DISTINCT tenant, bridge FROM unnest(:tenant::text[], :bridge::text[]) AS u (tenant, bridge)) n
CROSS JOIN LATERAL (SELECT version, built_at, persons FROM run.bridge_version b
	WHERE b.tenant = n.tenant AND b.bridge = n.bridge ORDER BY built_at DESC, version DESC LIMIT 1) v
