-- -> name and URL of each applied bucket, the recorded identity of the place at the URL (empty: none), and the credential that opens
-- it. A spec's URL ends in a slash; a document's may not.
SELECT d.name, coalesce(d.body::jsonb ->> 'url', '') AS url, coalesce(p.identity, '') AS identity,
	coalesce(d.body::jsonb ->> 'credential', '') AS credential, coalesce(d.body::jsonb ->> 'host_key', '') AS host_key
FROM conf.document d LEFT JOIN run.drop_place p ON p.url = rtrim(d.body::jsonb ->> 'url', '/') || '/'
WHERE d.kind = 'Bucket' ORDER BY d.name;
