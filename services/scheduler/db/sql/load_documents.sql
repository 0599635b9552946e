-- What the routes of the tenants :tenants may use: all configuration but the routes themselves, of which there are many.
SELECT kind, tenant, name, body, applied_by FROM conf.document
WHERE (tenant = ANY (:tenants::text[]) OR tenant = '') AND kind <> 'Route'
