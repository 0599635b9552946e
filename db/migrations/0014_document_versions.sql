-- The whole history of what people apply: a row for each content that a document had, and one for each time that it was
-- deleted. Whoever changes conf.document, by whatever means, leaves one; nobody but the owner changes or removes any.
CREATE TABLE conf.document_version (
	kind text NOT NULL,
	tenant text NOT NULL,
	name text NOT NULL,
	version bigint NOT NULL,    -- of the document, from 1; goes on when it is created again
	body text,                  -- NULL: it was deleted
	hash text NOT NULL,         -- empty: it was deleted
	changed_by text NOT NULL,
	changed_at timestamptz NOT NULL,
	PRIMARY KEY (kind, tenant, name, version)
);
INSERT INTO conf.document_version SELECT kind, tenant, name, 1, body, hash, applied_by, applied_at FROM conf.document;

-- Who deletes says so in longshore.actor; else it is the role.
CREATE FUNCTION conf.keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	at conf.document := coalesce(NEW, OLD);
BEGIN
	IF TG_OP = 'DELETE' THEN
		at.body := NULL;
		at.hash := '';
		at.applied_by := coalesce(nullif(current_setting('longshore.actor', true), ''), session_user);
		at.applied_at := now();
	END IF;
	INSERT INTO conf.document_version
	SELECT at.kind, at.tenant, at.name, coalesce(max(v.version), 0) + 1, at.body, at.hash, at.applied_by, at.applied_at
	FROM conf.document_version v WHERE v.kind = at.kind AND v.tenant = at.tenant AND v.name = at.name;
	RETURN NULL;
END
$$;
CREATE TRIGGER keep_version AFTER INSERT OR DELETE ON conf.document FOR EACH ROW EXECUTE FUNCTION conf.keep_version();
CREATE TRIGGER keep_changed AFTER UPDATE ON conf.document FOR EACH ROW
	WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION conf.keep_version();

GRANT SELECT, INSERT ON conf.document_version TO longshore_operator;
COMMENT ON TABLE conf.document IS 'what is applied; document_version has what was';
