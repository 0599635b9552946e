-- $1 kind, $2 tenant, $3 name -> ids and states of deliveries (of a Route) and builds (of a Bridge) that are not over.
SELECT delivery_id, state
FROM run.state
WHERE NOT is_over AND tenant = $2 AND route = $3 AND kind = CASE $1 WHEN 'Route' THEN 'delivery' WHEN 'Bridge' THEN 'build' END
ORDER BY created_at;
