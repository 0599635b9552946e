SELECT hash, body FROM run.spec WHERE hash = ANY (:hashes::text[])
