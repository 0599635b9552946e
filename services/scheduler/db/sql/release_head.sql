-- The holder :holder of the route ended without being accepted. :force_full: some of its files are visible, so the next delivery must be
-- full.
UPDATE run.route_head SET holder = NULL, force_full = force_full OR :force_full::boolean, changed_at = now()
WHERE tenant = :tenant AND route = :route AND holder = :holder
