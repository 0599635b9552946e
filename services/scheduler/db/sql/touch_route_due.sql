-- Another document with the same cadence: the plan stays.
UPDATE run.route_due SET document_hash = $3 WHERE tenant = $1 AND route = $2 AND cadence_hash = $4
