-- Audit records and their facts. :fact_of is the record that a fact belongs to, counted from 1.
WITH facts AS (
	SELECT at, jsonb_object_agg(name, value) AS facts
	FROM unnest(:fact_of::bigint[], :fact_name::text[], :fact_value::text[]) AS f(at, name, value)
	GROUP BY at
)
INSERT INTO audit.record (tenant, sequence, record_id, at, actor, action, delivery_id, route, version, reason, detail,
	facts, previous, hash)
SELECT tenant, sequence, record_id, to_timestamp(at_ms / 1000.0), actor, action, delivery_id, route, version, reason,
	detail, coalesce(facts.facts, '{}'), previous, hash
FROM unnest(:tenant::text[], :record_id::text[], :actor::text[], :action::text[], :delivery_id::text[], :route::text[],
		:reason::text[], :detail::text[], :previous::text[], :hash::text[], :sequence::bigint[], :at_ms::bigint[],
		:version::bigint[]) WITH ORDINALITY
	AS r(tenant, record_id, actor, action, delivery_id, route, reason, detail, previous, hash, sequence, at_ms, version, at)
LEFT JOIN facts USING (at)
ORDER BY tenant, sequence;
