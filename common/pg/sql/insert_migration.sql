INSERT INTO longshore.migration (number, name, sha256) VALUES (:number, :name, :sha256)
