-- The books of the delivery or build, one row per count in the order of calculation, and the hash of its selection (empty: there is
-- none). If there are no books, one row with an absent key.
SELECT b.key, b.value, s.content_hash
FROM (SELECT delivery_id, books, content_hash FROM run.delivery
	UNION ALL SELECT delivery_id, books, content_hash FROM run.build) AS s LEFT JOIN LATERAL json_each_text(s.books) AS b ON true
WHERE s.delivery_id = :delivery
ORDER BY array_position(ARRAY['rows_read', 'invalid', 'filtered', 'unmatched', 'matched', 'links_found', 'not_picked', 'over_cap', 'links',
	'fan_out', 'repeated', 'shared', 'persons', 'chosen', 'blocked', 'blocked_by_state', 'blocked_by_list', 'held_out', 'capped', 'members',
	'primary_ids', 'baseline', 'unchanged', 'changed', 'added', 'removed'], b.key), b.key;
