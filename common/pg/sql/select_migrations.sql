-- What was applied, in order.
SELECT number, sha256 FROM longshore.migration ORDER BY number
