-- -> writer schemas of all events.
SELECT schema FROM event.schema;
