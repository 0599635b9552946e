-- Built again from the same files it is the same version, and fresh again.
INSERT INTO run.bridge_version (tenant, bridge, version, build_id, key_epoch, records, persons, built_at)
VALUES ($1, $2, $3, $4, $5::integer, $6::bigint, $7::bigint, 'epoch'::timestamptz + $8::bigint * interval '1 millisecond')
ON CONFLICT (tenant, bridge, version) DO UPDATE SET build_id = excluded.build_id,
	built_at = greatest(bridge_version.built_at, excluded.built_at)
