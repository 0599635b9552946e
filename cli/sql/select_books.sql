-- $1 delivery or build -> its books: "name value" with commas between, by name.
SELECT string_agg(b.key || ' ' || b.value, ', ' ORDER BY b.key)
FROM (SELECT delivery_id, books FROM run.delivery UNION ALL SELECT delivery_id, books FROM run.build) AS s,
	jsonb_each_text(s.books) AS b
WHERE s.delivery_id = $1;
