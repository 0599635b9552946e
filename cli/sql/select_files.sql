-- The files of the delivery that have a receipt.
SELECT f.name, f.role, f.rows, f.bytes, f.sha256, to_char(r.committed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS committed
FROM run.file AS f JOIN run.receipt AS r USING (delivery_id, file_id)
WHERE f.delivery_id = :delivery
ORDER BY f.name;
