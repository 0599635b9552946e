-- Remembers the first place seen at a URL, by the delivery :told_by. A place that is already remembered stays. Rows are locked in URL
-- order.
INSERT INTO run.drop_place (url, identity, since, told_by)
SELECT DISTINCT ON (url) url, identity, now(), told_by
FROM unnest(:url::text[], :identity::text[], :told_by::text[]) AS seen (url, identity, told_by) ORDER BY url
ON CONFLICT (url) DO UPDATE SET identity = excluded.identity, since = excluded.since, told_by = excluded.told_by
WHERE run.drop_place.identity = ''
