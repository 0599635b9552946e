-- columns of: load_documents
SELECT kind, tenant, name, body, applied_by FROM conf.document WHERE kind = 'Route' AND tenant = :tenant AND name = :name
