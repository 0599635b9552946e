-- $1 tenant, $2 bridge -> version, records, persons, key epoch, built at: newest first.
SELECT version, records, persons, key_epoch, to_char(built_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
FROM run.bridge_version WHERE tenant = $1 AND bridge = $2 ORDER BY built_at DESC;
