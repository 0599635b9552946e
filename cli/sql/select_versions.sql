-- Versions of a bridge, the newest first.
SELECT version, records, persons, key_epoch, to_char(built_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS built
FROM run.bridge_version WHERE tenant = :tenant AND bridge = :bridge ORDER BY built_at DESC;
