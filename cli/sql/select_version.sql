-- parameters of: select_documents
-- The document in :version (NULL: it was deleted), of :tenant (NULL: of each tenant).
SELECT body FROM conf.document_version
WHERE kind = :kind AND name = :name AND (:tenant::text IS NULL OR tenant = :tenant) AND version = :version::bigint
ORDER BY tenant;
