-- The name, if such a document was applied.
SELECT name FROM conf.document WHERE kind = :kind AND tenant = :tenant AND name = :name;
