-- Remembered places of the URLs :urls.
SELECT url, identity FROM run.drop_place WHERE url = ANY (:urls::text[])
