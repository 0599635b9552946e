-- The applied migrations, in order.
SELECT number, sha256 FROM longshore.migration ORDER BY number
