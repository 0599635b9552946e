-- Everything that routes of the tenants :tenants can use: all configuration except the routes themselves, of which there are many.
SELECT kind, tenant, name, body, applied_by FROM conf.document
WHERE (tenant = ANY (:tenants::text[]) OR tenant = '') AND kind <> 'Route'
