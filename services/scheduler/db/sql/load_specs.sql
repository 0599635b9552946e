SELECT hash, body FROM run.spec WHERE hash = ANY ($1::text[])
