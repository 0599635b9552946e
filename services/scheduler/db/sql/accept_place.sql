-- A person ($5, by delivery $4) puts place $3 where $2 was at URL $1; nothing changes where another one is remembered by now.
UPDATE run.drop_place SET identity = $3, since = now(), told_by = $4, accepted_by = $5 WHERE url = $1 AND identity = $2
