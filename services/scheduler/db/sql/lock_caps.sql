-- Claims the caps :names exclusively until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(n.name, 7417)) AS locked FROM (SELECT unnest(:names::text[]) AS name ORDER BY 1) n
