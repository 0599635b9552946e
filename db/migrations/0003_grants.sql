-- Exactly what each service needs; everything else is refused by the database.
REVOKE ALL ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA event TO longshore_scheduler, longshore_bridge_builder, longshore_bridge_worker,
	longshore_formatter, longshore_uploader, longshore_audit_sink, longshore_operator;
GRANT SELECT ON event.schema TO longshore_scheduler, longshore_bridge_builder, longshore_bridge_worker,
	longshore_formatter, longshore_uploader, longshore_audit_sink, longshore_operator;

GRANT USAGE ON SCHEMA conf, run TO longshore_scheduler;
GRANT SELECT ON conf.document TO longshore_scheduler;
GRANT SELECT, INSERT, UPDATE ON run.state, run.task, run.route_head, run.route_due, run.breaker TO longshore_scheduler;
GRANT SELECT, INSERT ON run.spec, run.name_claim, run.bridge_version TO longshore_scheduler;
GRANT UPDATE ON run.bridge_version TO longshore_scheduler; -- a version that was built again is fresh again
GRANT SELECT, INSERT, UPDATE, DELETE ON run.outbox TO longshore_scheduler; -- UPDATE: to lock what is swept
GRANT DELETE ON run.route_due TO longshore_scheduler;

GRANT USAGE ON SCHEMA run, audit TO longshore_audit_sink;
GRANT SELECT, INSERT, UPDATE ON run.delivery, run.build, run.file, run.receipt, audit.position TO longshore_audit_sink;
GRANT SELECT, INSERT ON audit.record, audit.dead_letter TO longshore_audit_sink;

-- The command line: reads everything, writes configuration. Migrations run as the owner.
GRANT USAGE ON SCHEMA conf, run, audit TO longshore_operator;
GRANT SELECT ON ALL TABLES IN SCHEMA conf, run, audit TO longshore_operator;
GRANT INSERT, UPDATE, DELETE ON conf.document TO longshore_operator;
