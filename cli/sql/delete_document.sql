-- parameters of: select_uses
-- :by: who deletes it, for the history.
DELETE FROM conf.document d USING (SELECT set_config('longshore.actor', :by, true)) AS who
WHERE d.kind = :kind AND d.tenant = :tenant AND d.name = :name;
