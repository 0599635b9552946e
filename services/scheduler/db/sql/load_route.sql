SELECT kind, tenant, name, body, applied_by FROM conf.document WHERE kind = 'Route' AND tenant = $1 AND name = $2
