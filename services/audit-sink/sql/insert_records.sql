-- $1..$10 text[]: tenant, record id, actor, action, delivery, route, reason, detail, previous, hash;
-- $11..$13 bigint[]: sequence, at (Unix ms), version; $14 bigint[] row of a fact (from 1), $15 text[] name, $16 text[] value.
WITH facts AS (
	SELECT at, jsonb_object_agg(name, value) AS facts
	FROM unnest($14::bigint[], $15::text[], $16::text[]) AS f(at, name, value)
	GROUP BY at
)
INSERT INTO audit.record (tenant, sequence, record_id, at, actor, action, delivery_id, route, version, reason, detail,
	facts, previous, hash)
SELECT tenant, sequence, record_id, to_timestamp(at_ms / 1000.0), actor, action, delivery_id, route, version, reason,
	detail, coalesce(facts.facts, '{}'), previous, hash
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
	$10::text[], $11::bigint[], $12::bigint[], $13::bigint[]) WITH ORDINALITY
	AS r(tenant, record_id, actor, action, delivery_id, route, reason, detail, previous, hash, sequence, at_ms, version, at)
LEFT JOIN facts USING (at)
ORDER BY tenant, sequence;
