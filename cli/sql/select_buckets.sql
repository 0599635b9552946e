-- -> name, URL of each applied bucket, and the identity of the place that is remembered for the URL; empty = none is. A spec's
-- URL ends in a slash, a document's need not.
SELECT d.name, coalesce(d.body::jsonb ->> 'url', '') AS url, coalesce(p.identity, '') AS identity
FROM conf.document d LEFT JOIN run.drop_place p ON p.url = rtrim(d.body::jsonb ->> 'url', '/') || '/'
WHERE d.kind = 'Bucket' ORDER BY d.name;
