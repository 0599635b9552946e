-- The holder $3 of the route ended otherwise; $4: files of it are visible, so the next must be full.
UPDATE run.route_head SET holder = NULL, force_full = force_full OR $4::boolean, changed_at = now()
WHERE tenant = $1 AND route = $2 AND holder = $3
