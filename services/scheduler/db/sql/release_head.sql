-- The holder :holder of the route ended otherwise; :force_full: some files of it are visible, so the next must be full.
UPDATE run.route_head SET holder = NULL, force_full = force_full OR :force_full::boolean, changed_at = now()
WHERE tenant = :tenant AND route = :route AND holder = :holder
