-- $1 delivery -> name, role, rows, bytes, SHA-256, committed: its files with a receipt.
SELECT f.name, f.role, f.rows, f.bytes, f.sha256, to_char(r.committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
FROM run.file AS f JOIN run.receipt AS r USING (delivery_id, file_id)
WHERE f.delivery_id = $1
ORDER BY f.name;
