-- Names of the routes that deliver the audience.
SELECT name FROM conf.document WHERE kind = 'Route' AND tenant = :tenant AND body::jsonb ->> 'audience' = :audience ORDER BY name;
