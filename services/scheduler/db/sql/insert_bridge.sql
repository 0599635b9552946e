-- A bridge rebuilt from the same files has the same version, and is fresh again.
INSERT INTO run.bridge_version (tenant, bridge, version, build_id, key_epoch, records, persons, built_at)
VALUES (:tenant, :bridge, :version, :build_id, :key_epoch::integer, :records::bigint, :persons::bigint,
	'epoch'::timestamptz + :built_ms::bigint * interval '1 millisecond')
ON CONFLICT (tenant, bridge, version) DO UPDATE SET build_id = excluded.build_id,
	built_at = greatest(bridge_version.built_at, excluded.built_at)
