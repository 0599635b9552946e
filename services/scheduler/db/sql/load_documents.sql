-- What the routes of the tenants $1 may use: all configuration but the routes themselves, of which there are many.
SELECT kind, tenant, name, body, applied_by FROM conf.document
WHERE (tenant = ANY ($1::text[]) OR tenant = '') AND kind <> 'Route'
