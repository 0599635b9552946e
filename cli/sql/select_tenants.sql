-- -> names of all tenants.
SELECT name FROM conf.document WHERE kind = 'Tenant' ORDER BY name;
