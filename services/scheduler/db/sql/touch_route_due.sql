-- Another document with the same cadence: the plan stays.
UPDATE run.route_due SET document_hash = :document_hash WHERE tenant = :tenant AND route = :route AND cadence_hash = :cadence_hash
