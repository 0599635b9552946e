-- Whoever claims places under the caps $1 claims alone, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(n.name, 7417)) FROM (SELECT unnest($1::text[]) AS name ORDER BY 1) n
