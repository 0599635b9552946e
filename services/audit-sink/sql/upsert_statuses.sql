-- Snapshots of deliveries and builds: one row each, the highest version wins, final states are left by nobody.
-- $1..$18 text[]: id, kind, tenant, route, audience, destination, mode, epoch, cause_kind, cause, state, reason, detail,
--   requested_by, approved_by, spec_hash, bridge_version, content_hash; $19..$24 bigint[]: version, revision,
--   files_planned, files_visible, created, changed (Unix ms); $25 bigint[] row of a count (from 1), $26 text[] its name,
--   $27 bigint[] its value. No id twice. Changed: rows written.
WITH books AS (
	SELECT at, ('{' || string_agg(to_json(name)::text || ':' || value, ',') || '}')::json AS books
	FROM unnest($25::bigint[], $26::text[], $27::bigint[]) AS c(at, name, value)
	GROUP BY at
), input AS (
	SELECT s.*, coalesce(books.books, '{}') AS books
	FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
		$9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
		$17::text[], $18::text[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[],
		$24::bigint[]) WITH ORDINALITY
		AS s(delivery_id, kind, tenant, route, audience, destination, mode, epoch, cause_kind, cause, state, reason,
			detail, requested_by, approved_by, spec_hash, bridge_version, content_hash, version, revision,
			files_planned, files_visible, created, changed, at)
	LEFT JOIN books USING (at)
), deliveries AS (
	INSERT INTO run.delivery AS old (delivery_id, version, tenant, route, audience, destination, mode, epoch, cause_kind,
		cause, revision, state, reason, detail, requested_by, approved_by, spec_hash, bridge_version, content_hash,
		books, files_planned, files_visible, created_at, changed_at)
	SELECT delivery_id, version, tenant, route, audience, destination, mode, epoch, cause_kind, cause, revision, state,
		reason, detail, requested_by, approved_by, spec_hash, bridge_version, content_hash, books, files_planned,
		files_visible, to_timestamp(created / 1000.0), to_timestamp(changed / 1000.0)
	FROM input WHERE kind = 'delivery' ORDER BY delivery_id
	ON CONFLICT (delivery_id) DO UPDATE SET (version, audience, destination, mode, revision, state, reason, detail,
		requested_by, approved_by, spec_hash, bridge_version, content_hash, books, files_planned, files_visible, changed_at) =
		(EXCLUDED.version, EXCLUDED.audience, EXCLUDED.destination, EXCLUDED.mode, EXCLUDED.revision,
		EXCLUDED.state, EXCLUDED.reason, EXCLUDED.detail,
		EXCLUDED.requested_by, EXCLUDED.approved_by, EXCLUDED.spec_hash, EXCLUDED.bridge_version,
		EXCLUDED.content_hash, EXCLUDED.books, EXCLUDED.files_planned, EXCLUDED.files_visible, EXCLUDED.changed_at)
	WHERE old.version < EXCLUDED.version
		AND old.state NOT IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
	RETURNING delivery_id
), builds AS (
	INSERT INTO run.build AS old (delivery_id, version, tenant, route, audience, destination, mode, epoch, cause_kind,
		cause, revision, state, reason, detail, requested_by, approved_by, spec_hash, bridge_version, content_hash,
		books, files_planned, files_visible, created_at, changed_at)
	SELECT delivery_id, version, tenant, route, audience, destination, mode, epoch, cause_kind, cause, revision, state,
		reason, detail, requested_by, approved_by, spec_hash, bridge_version, content_hash, books, files_planned,
		files_visible, to_timestamp(created / 1000.0), to_timestamp(changed / 1000.0)
	FROM input WHERE kind = 'build' ORDER BY delivery_id
	ON CONFLICT (delivery_id) DO UPDATE SET (version, revision, state, reason, detail, spec_hash, bridge_version, books,
		changed_at) =
		(EXCLUDED.version, EXCLUDED.revision, EXCLUDED.state, EXCLUDED.reason, EXCLUDED.detail, EXCLUDED.spec_hash,
		EXCLUDED.bridge_version, EXCLUDED.books, EXCLUDED.changed_at)
	WHERE old.version < EXCLUDED.version
		AND old.state NOT IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
	RETURNING delivery_id
)
SELECT pg_notify('longshore_delivery', delivery_id)
FROM (SELECT delivery_id FROM deliveries UNION ALL SELECT delivery_id FROM builds) AS written;
