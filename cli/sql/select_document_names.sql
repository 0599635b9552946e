-- $1 kind, $2 tenant, $3 name -> name, if such a document was applied.
SELECT name FROM conf.document WHERE kind = $1 AND tenant = $2 AND name = $3;
