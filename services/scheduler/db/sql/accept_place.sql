-- A person (:by, of delivery :delivery) replaces the place :was with the place :identity. Nothing changes if another place is remembered
-- by now.
UPDATE run.drop_place SET identity = :identity, since = now(), told_by = :delivery, accepted_by = :by WHERE url = :url AND identity = :was
