SELECT name FROM conf.document WHERE kind = 'Route' AND tenant = $1 AND body::jsonb ->> 'audience' = $2 ORDER BY name
