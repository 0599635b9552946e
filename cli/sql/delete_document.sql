-- parameters of: select_uses
-- :by is who deletes it; the history records the name.
DELETE FROM conf.document d USING (SELECT set_config('longshore.actor', :by, true)) AS who
WHERE d.kind = :kind AND d.tenant = :tenant AND d.name = :name;
