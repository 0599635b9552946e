-- Receipts: one file row and one receipt row each. A row is replaced only by a higher version with different content. A final state never
-- changes: receipts of a later version than the delivery's final state are ignored. No file may be given twice.
WITH input AS (
	SELECT *
	FROM unnest(:delivery_id::text[], :file_id::text[], :name::text[], :url::text[], :role::text[], :sha256::text[],
		:plain_sha256::text[], :md5::text[], :crc32c::text[], :encoder::text[], :guarantee::text[], :verified::text[],
		:receipt_id::text[], :blind::bigint[], :version::bigint[], :rows::bigint[], :bytes::bigint[],
		:committed_at_ms::bigint[])
		AS r(delivery_id, file_id, name, url, role, sha256, plain_sha256, md5, crc32c, encoder, guarantee, verified,
			receipt_id, blind, version, rows, bytes, committed_at_ms)
), fitting AS (
	SELECT * FROM input WHERE NOT EXISTS (
		SELECT FROM run.delivery AS d
		WHERE d.delivery_id = input.delivery_id AND d.version < input.version
			AND d.state IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded'))
), receipts AS (
	INSERT INTO run.receipt AS old (delivery_id, file_id, version, guarantee, verified, blind, encoder, md5, crc32c,
		committed_at, receipt_id)
	SELECT delivery_id, file_id, version, guarantee, verified, blind <> 0, encoder, md5, crc32c,
		to_timestamp(committed_at_ms / 1000.0), receipt_id
	FROM fitting ORDER BY delivery_id, file_id
	ON CONFLICT (delivery_id, file_id) DO UPDATE SET (version, guarantee, verified, blind, encoder, md5, crc32c,
		committed_at, receipt_id) =
		(EXCLUDED.version, EXCLUDED.guarantee, EXCLUDED.verified, EXCLUDED.blind, EXCLUDED.encoder, EXCLUDED.md5,
		EXCLUDED.crc32c, EXCLUDED.committed_at, EXCLUDED.receipt_id)
	WHERE old.version < EXCLUDED.version AND old.receipt_id <> EXCLUDED.receipt_id
	RETURNING delivery_id, file_id
)
INSERT INTO run.file (delivery_id, file_id, name, url, role, rows, bytes, sha256, plain_sha256)
SELECT delivery_id, file_id, name, url, role, rows, bytes, sha256, plain_sha256
FROM input JOIN receipts USING (delivery_id, file_id)
ORDER BY delivery_id, file_id
ON CONFLICT (delivery_id, file_id) DO UPDATE SET (name, url, role, rows, bytes, sha256, plain_sha256) =
	(EXCLUDED.name, EXCLUDED.url, EXCLUDED.role, EXCLUDED.rows, EXCLUDED.bytes, EXCLUDED.sha256, EXCLUDED.plain_sha256);
