-- $1 delivery or build -> its books: "name value" with commas between, by name; hash of its selection, empty if there is none.
SELECT (SELECT string_agg(b.key || ' ' || b.value, ', ' ORDER BY b.key) FROM jsonb_each_text(s.books) AS b), s.content_hash
FROM (SELECT delivery_id, books, content_hash FROM run.delivery
	UNION ALL SELECT delivery_id, books, content_hash FROM run.build) AS s
WHERE s.delivery_id = $1;
