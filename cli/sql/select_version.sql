-- $1 kind, $2 name, $3 tenant (or NULL), $4 version -> body (NULL: it was deleted).
SELECT body FROM conf.document_version
WHERE kind = $1 AND name = $2 AND ($3::text IS NULL OR tenant = $3) AND version = $4::bigint
ORDER BY tenant;
