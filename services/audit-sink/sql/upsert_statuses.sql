-- Snapshots of deliveries and builds: one row each. The highest version wins, but a final state never changes. A parameter with the name
-- of an event's field has that field of each snapshot. :count_of is the snapshot that a count belongs to, counted from 1. No delivery may
-- be given twice.
WITH books AS (
	SELECT at, ('{' || string_agg(to_json(name)::text || ':' || value, ',') || '}')::json AS books
	FROM unnest(:count_of::bigint[], :count_name::text[], :count_value::bigint[]) AS c(at, name, value)
	GROUP BY at
), input AS (
	SELECT s.*, coalesce(books.books, '{}') AS books
	FROM unnest(:delivery_id::text[], :kind::text[], :tenant::text[], :route::text[], :audience::text[], :destination::text[],
		:mode::text[], :epoch::text[], :cause_kind::text[], :cause::text[], :state::text[], :reason::text[],
		:detail::text[], :requested_by::text[], :approved_by::text[], :spec_hash::text[], :bridge_version::text[],
		:content_hash::text[], :version::bigint[], :revision::bigint[], :files_planned::bigint[], :files_visible::bigint[],
		:created_at_ms::bigint[], :changed_at_ms::bigint[]) WITH ORDINALITY
		AS s(delivery_id, kind, tenant, route, audience, destination, mode, epoch, cause_kind, cause, state, reason,
			detail, requested_by, approved_by, spec_hash, bridge_version, content_hash, version, revision,
			files_planned, files_visible, created_at_ms, changed_at_ms, at)
	LEFT JOIN books USING (at)
), deliveries AS (
	INSERT INTO run.delivery AS old (delivery_id, version, tenant, route, audience, destination, mode, epoch, cause_kind,
		cause, revision, state, reason, detail, requested_by, approved_by, spec_hash, bridge_version, content_hash,
		books, files_planned, files_visible, created_at, changed_at)
	SELECT delivery_id, version, tenant, route, audience, destination, mode, epoch, cause_kind, cause, revision, state,
		reason, detail, requested_by, approved_by, spec_hash, bridge_version, content_hash, books, files_planned,
		files_visible, to_timestamp(created_at_ms / 1000.0), to_timestamp(changed_at_ms / 1000.0)
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
		files_visible, to_timestamp(created_at_ms / 1000.0), to_timestamp(changed_at_ms / 1000.0)
	FROM input WHERE kind = 'build' ORDER BY delivery_id
	ON CONFLICT (delivery_id) DO UPDATE SET (version, revision, state, reason, detail, spec_hash, bridge_version, books,
		changed_at) =
		(EXCLUDED.version, EXCLUDED.revision, EXCLUDED.state, EXCLUDED.reason, EXCLUDED.detail, EXCLUDED.spec_hash,
		EXCLUDED.bridge_version, EXCLUDED.books, EXCLUDED.changed_at)
	WHERE old.version < EXCLUDED.version
		AND old.state NOT IN ('completed', 'failed', 'rejected', 'cancelled', 'superseded')
	RETURNING delivery_id
)
SELECT pg_notify('longshore_delivery', delivery_id) AS notified
FROM (SELECT delivery_id FROM deliveries UNION ALL SELECT delivery_id FROM builds) AS written;
