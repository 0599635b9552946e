-- $1 kind, $2 tenant, $3 name, $4 by.
DELETE FROM conf.document d USING (SELECT set_config('longshore.actor', $4, true)) AS who
WHERE d.kind = $1 AND d.tenant = $2 AND d.name = $3;
