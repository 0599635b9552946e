-- Was a migration ever applied?
SELECT to_regclass('longshore.migration') IS NOT NULL AS has_table
