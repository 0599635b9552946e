-- A broker may lose the end of a partition and give its offsets out again. The recorder knows by the message before its
-- place, and dead letters at one offset may be two.
ALTER TABLE audit.position ADD COLUMN witness text NOT NULL DEFAULT ''; -- what that message looked like; '' = not known
ALTER TABLE audit.dead_letter DROP CONSTRAINT dead_letter_pkey;
ALTER TABLE audit.dead_letter ADD PRIMARY KEY (topic, partition, "offset", at);
