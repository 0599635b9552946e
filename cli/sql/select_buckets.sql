-- -> name, URL of each applied bucket.
SELECT name, coalesce(body::jsonb ->> 'url', '') FROM conf.document WHERE kind = 'Bucket' ORDER BY name;
