-- -> time zones in applied documents, and where they are used.
SELECT DISTINCT ON (z.zone) z.zone, d.kind || ' ' || d.name AS document
FROM conf.document AS d, LATERAL (VALUES (d.body::jsonb #>> '{cadence,zone}'), (d.body::jsonb #>> '{naming,time_zone}')) AS z(zone)
WHERE z.zone NOT IN ('', 'UTC')
ORDER BY z.zone, d.kind, d.name;
