-- For each place whose rest is over, the delivery that has waited longest; at most :limit places.
SELECT w.delivery_id FROM run.place_breaker b
CROSS JOIN LATERAL (SELECT delivery_id FROM run.waiting WHERE what = 'place:' || b.place ORDER BY since, delivery_id LIMIT 1) w
WHERE b.open_until <= now() ORDER BY b.open_until LIMIT :limit::bigint
