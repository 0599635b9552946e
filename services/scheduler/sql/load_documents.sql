-- All configuration that a tenant's routes may use.
SELECT kind, tenant, name, body, applied_by FROM conf.document WHERE tenant = ANY ($1::text[]) OR tenant = ''
