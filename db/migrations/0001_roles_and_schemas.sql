-- One login role per service, with exactly what it needs (0003), and one for the command line. Roles belong to the
-- whole server, so another database may have made them already. Passwords or certificates are the operator's to set.
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['longshore_scheduler', 'longshore_bridge_builder', 'longshore_bridge_worker',
		'longshore_formatter', 'longshore_uploader', 'longshore_audit_sink', 'longshore_operator']
	LOOP
		BEGIN
			EXECUTE format('CREATE ROLE %I LOGIN', name);
		EXCEPTION
			WHEN duplicate_object OR unique_violation THEN NULL;
		END;
	END LOOP;
END
$$;

CREATE SCHEMA conf;  -- what people apply
CREATE SCHEMA event; -- writer schemas by fingerprint
CREATE SCHEMA run;   -- the scheduler's memory, and the public tables that the recorder owns
CREATE SCHEMA audit; -- the trail
