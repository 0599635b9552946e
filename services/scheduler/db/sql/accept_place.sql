-- A person (:by, of delivery :delivery) puts the place :identity where :was was; nothing changes where another one is remembered by
-- now.
UPDATE run.drop_place SET identity = :identity, since = now(), told_by = :delivery, accepted_by = :by WHERE url = :url AND identity = :was
