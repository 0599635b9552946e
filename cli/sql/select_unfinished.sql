-- parameters of: select_uses
-- Unfinished deliveries (of a Route) and builds (of a Bridge).
SELECT delivery_id, state
FROM run.state
WHERE NOT is_over AND tenant = :tenant AND route = :name AND kind = CASE :kind WHEN 'Route' THEN 'delivery' WHEN 'Bridge' THEN 'build' END
ORDER BY created_at;
