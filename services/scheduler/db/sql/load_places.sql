-- Places that are remembered for URLs $1.
SELECT url, identity FROM run.drop_place WHERE url = ANY ($1::text[])
