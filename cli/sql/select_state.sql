-- $1 delivery or build -> id, tenant, route, state, reason, version of its last status: as the scheduler has it now.
SELECT delivery_id, tenant, route, state, reason, status_version FROM run.state WHERE delivery_id = $1;
