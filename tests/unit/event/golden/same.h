/* SPDX-License-Identifier: Apache-2.0
 * Made by tests/contract/event/golden.py from schemas/: do not edit. */
/* clang-format off */
static void same_text(struct str got, struct str want)
{
	assert_true(!got.p == !want.p);
	assert_true(str_eq(got, want));
}

static void same_fact(const struct ev_fact *got, const struct ev_fact *want)
{
	same_text(got->name, want->name);
	same_text(got->value, want->value);
}

static void same_audit_record(const struct ev_audit_record *got, const struct ev_audit_record *want)
{
	same_text(got->record_id, want->record_id);
	same_text(got->tenant, want->tenant);
	assert_true(got->at_ms == want->at_ms);
	same_text(got->actor, want->actor);
	same_text(got->action, want->action);
	same_text(got->delivery_id, want->delivery_id);
	same_text(got->route, want->route);
	assert_true(got->version == want->version);
	same_text(got->reason, want->reason);
	same_text(got->detail, want->detail);
	assert_true(got->facts_count == want->facts_count);
	for (size_t i = 0; i < want->facts_count; i++)
		same_fact(&got->facts[i], &want->facts[i]);
}

static void same_staged_ref(const struct ev_staged_ref *got, const struct ev_staged_ref *want)
{
	same_text(got->kind, want->kind);
	same_text(got->name, want->name);
	same_text(got->sha256, want->sha256);
	assert_true(got->bytes == want->bytes);
	assert_true(got->rows == want->rows);
}

static void same_task_head(const struct ev_task_head *got, const struct ev_task_head *want)
{
	same_text(got->task_id, want->task_id);
	assert_true(got->issue == want->issue);
	assert_true(got->not_after_ms == want->not_after_ms);
	same_text(got->tenant, want->tenant);
	same_text(got->delivery_id, want->delivery_id);
	assert_true(got->revision == want->revision);
	same_text(got->stage, want->stage);
	assert_true(got->index == want->index);
	same_text(got->lane, want->lane);
	same_text(got->spec_hash, want->spec_hash);
	same_text(got->spec_part, want->spec_part);
	same_text(got->spec, want->spec);
	assert_true(!got->spec_ref == !want->spec_ref);
	if (want->spec_ref)
		same_staged_ref(got->spec_ref, want->spec_ref);
}

static void same_suppression_pin(const struct ev_suppression_pin *got, const struct ev_suppression_pin *want)
{
	same_text(got->name, want->name);
	same_text(got->version, want->version);
	same_text(got->url, want->url);
}

static void same_bridge_task(const struct ev_bridge_task *got, const struct ev_bridge_task *want)
{
	same_task_head(&got->head, &want->head);
	assert_true(got->op == want->op);
	same_text(got->bridge_version, want->bridge_version);
	assert_true(!got->input == !want->input);
	if (want->input)
		same_staged_ref(got->input, want->input);
	assert_true(got->suppressions_count == want->suppressions_count);
	for (size_t i = 0; i < want->suppressions_count; i++)
		same_suppression_pin(&got->suppressions[i], &want->suppressions[i]);
	assert_true(!got->baseline == !want->baseline);
	if (want->baseline)
		same_staged_ref(got->baseline, want->baseline);
	same_text(got->baseline_version, want->baseline_version);
	assert_true(!got->approved == !want->approved);
	if (want->approved)
		same_staged_ref(got->approved, want->approved);
}

static void same_build_task(const struct ev_build_task *got, const struct ev_build_task *want)
{
	same_task_head(&got->head, &want->head);
	assert_true(got->key_epoch == want->key_epoch);
	same_text(got->previous, want->previous);
}

static void same_header(const struct ev_header *got, const struct ev_header *want)
{
	same_text(got->name, want->name);
	same_text(got->value, want->value);
}

static void same_dead_letter(const struct ev_dead_letter *got, const struct ev_dead_letter *want)
{
	same_text(got->service, want->service);
	same_text(got->topic, want->topic);
	assert_true(got->partition == want->partition);
	assert_true(got->offset == want->offset);
	same_text(got->key, want->key);
	same_text(got->value, want->value);
	assert_true(got->headers_count == want->headers_count);
	for (size_t i = 0; i < want->headers_count; i++)
		same_header(&got->headers[i], &want->headers[i]);
	assert_true(got->timestamp_ms == want->timestamp_ms);
	same_text(got->reason, want->reason);
	same_text(got->detail, want->detail);
	assert_true(got->tries == want->tries);
	same_text(got->tenant, want->tenant);
	same_text(got->delivery_id, want->delivery_id);
	same_text(got->task_id, want->task_id);
	assert_true(got->at_ms == want->at_ms);
}

static void same_list_read(const struct ev_list_read *got, const struct ev_list_read *want)
{
	same_text(got->name, want->name);
	assert_true(got->ids == want->ids);
	assert_true(got->invalid == want->invalid);
	assert_true(got->known == want->known);
	same_text(got->invalid_at, want->invalid_at);
}

static void same_count(const struct ev_count *got, const struct ev_count *want)
{
	same_text(got->segment, want->segment);
	same_text(got->name, want->name);
	assert_true(got->value == want->value);
}

static void same_handled(const struct ev_handled *got, const struct ev_handled *want)
{
	same_text(got->identity, want->identity);
	same_text(got->answer, want->answer);
}

static void same_delivery_memory(const struct ev_delivery_memory *got, const struct ev_delivery_memory *want)
{
	same_text(got->mode, want->mode);
	same_text(got->epoch, want->epoch);
	same_text(got->cause_kind, want->cause_kind);
	same_text(got->cause, want->cause);
	same_text(got->requested_by, want->requested_by);
	same_text(got->approved_by, want->approved_by);
	same_text(got->detail, want->detail);
	same_text(got->label, want->label);
	assert_true(got->phase == want->phase);
	assert_true(got->tasks_total == want->tasks_total);
	assert_true(got->tasks_done == want->tasks_done);
	assert_true(got->tasks_unmade == want->tasks_unmade);
	assert_true(got->tasks_floor == want->tasks_floor);
	assert_true(got->progress == want->progress);
	assert_true(got->hold_since_ms == want->hold_since_ms);
	assert_true(got->hold_check_ms == want->hold_check_ms);
	assert_true(got->hold_expires_ms == want->hold_expires_ms);
	assert_true(got->looks == want->looks);
	assert_true(got->restarts == want->restarts);
	same_text(got->bridge_version, want->bridge_version);
	assert_true(!got->slices == !want->slices);
	if (want->slices)
		same_staged_ref(got->slices, want->slices);
	assert_true(got->slices_count == want->slices_count);
	assert_true(!got->selections == !want->selections);
	if (want->selections)
		same_staged_ref(got->selections, want->selections);
	assert_true(got->pins_count == want->pins_count);
	for (size_t i = 0; i < want->pins_count; i++)
		same_suppression_pin(&got->pins[i], &want->pins[i]);
	assert_true(!got->members == !want->members);
	if (want->members)
		same_staged_ref(got->members, want->members);
	assert_true(!got->baseline == !want->baseline);
	if (want->baseline)
		same_staged_ref(got->baseline, want->baseline);
	same_text(got->content_hash, want->content_hash);
	assert_true(got->holds_route == want->holds_route);
	same_text(got->base_delivery, want->base_delivery);
	same_text(got->base_version, want->base_version);
	assert_true(got->base_members == want->base_members);
	assert_true(!got->base == !want->base);
	if (want->base)
		same_staged_ref(got->base, want->base);
	same_text(got->approved_hash, want->approved_hash);
	assert_true(!got->approved == !want->approved);
	if (want->approved)
		same_staged_ref(got->approved, want->approved);
	assert_true(got->compares_approved == want->compares_approved);
	same_text(got->base_lists, want->base_lists);
	assert_true(got->lists_count == want->lists_count);
	for (size_t i = 0; i < want->lists_count; i++)
		same_list_read(&got->lists[i], &want->lists[i]);
	assert_true(got->withheld_below == want->withheld_below);
	assert_true(got->approved_added == want->approved_added);
	assert_true(got->counts_count == want->counts_count);
	for (size_t i = 0; i < want->counts_count; i++)
		same_count(&got->counts[i], &want->counts[i]);
	assert_true(got->parts == want->parts);
	assert_true(got->files_planned == want->files_planned);
	assert_true(got->files_visible == want->files_visible);
	assert_true(!got->parts_list == !want->parts_list);
	if (want->parts_list)
		same_staged_ref(got->parts_list, want->parts_list);
	assert_true(!got->manifest == !want->manifest);
	if (want->manifest)
		same_staged_ref(got->manifest, want->manifest);
	same_text(got->manifest_plain, want->manifest_plain);
	assert_true(!got->marker == !want->marker);
	if (want->marker)
		same_staged_ref(got->marker, want->marker);
	same_text(got->marker_plain, want->marker_plain);
	assert_true(got->is_formatted == want->is_formatted);
	assert_true(got->has_uploads == want->has_uploads);
	assert_true(got->has_begun == want->has_begun);
	assert_true(got->lacks_place == want->lacks_place);
	assert_true(got->lists_seen_ms == want->lists_seen_ms);
	assert_true(got->is_looking == want->is_looking);
	assert_true(got->is_admitted == want->is_admitted);
	same_text(got->place, want->place);
	same_text(got->place_wanted, want->place_wanted);
	same_text(got->place_found, want->place_found);
	same_text(got->end_state, want->end_state);
	same_text(got->end_reason, want->end_reason);
	same_text(got->end_detail, want->end_detail);
	assert_true(got->handled_count == want->handled_count);
	for (size_t i = 0; i < want->handled_count; i++)
		same_handled(&got->handled[i], &want->handled[i]);
}

static void same_delivery_status(const struct ev_delivery_status *got, const struct ev_delivery_status *want)
{
	same_text(got->delivery_id, want->delivery_id);
	assert_true(got->version == want->version);
	same_text(got->tenant, want->tenant);
	same_text(got->route, want->route);
	same_text(got->audience, want->audience);
	same_text(got->destination, want->destination);
	same_text(got->kind, want->kind);
	same_text(got->mode, want->mode);
	same_text(got->epoch, want->epoch);
	same_text(got->cause_kind, want->cause_kind);
	same_text(got->cause, want->cause);
	assert_true(got->revision == want->revision);
	same_text(got->state, want->state);
	same_text(got->reason, want->reason);
	same_text(got->detail, want->detail);
	same_text(got->requested_by, want->requested_by);
	same_text(got->approved_by, want->approved_by);
	same_text(got->spec_hash, want->spec_hash);
	same_text(got->bridge_version, want->bridge_version);
	same_text(got->content_hash, want->content_hash);
	assert_true(got->counts_count == want->counts_count);
	for (size_t i = 0; i < want->counts_count; i++)
		same_count(&got->counts[i], &want->counts[i]);
	assert_true(got->files_planned == want->files_planned);
	assert_true(got->files_visible == want->files_visible);
	assert_true(got->slices == want->slices);
	assert_true(got->created_at_ms == want->created_at_ms);
	assert_true(got->changed_at_ms == want->changed_at_ms);
}

static void same_format_task(const struct ev_format_task *got, const struct ev_format_task *want)
{
	same_task_head(&got->head, &want->head);
	assert_true(got->op == want->op);
	same_text(got->bridge_version, want->bridge_version);
	assert_true(!got->members == !want->members);
	if (want->members)
		same_staged_ref(got->members, want->members);
	assert_true(got->first_rank == want->first_rank);
	assert_true(got->ranks == want->ranks);
	same_text(got->file_name, want->file_name);
	assert_true(!got->parts == !want->parts);
	if (want->parts)
		same_staged_ref(got->parts, want->parts);
}

static void same_outbox_message(const struct ev_outbox_message *got, const struct ev_outbox_message *want)
{
	assert_true(got->topic == want->topic);
	assert_true(got->partition == want->partition);
	same_text(got->delivery_id, want->delivery_id);
	same_text(got->task_id, want->task_id);
	same_text(got->tenant, want->tenant);
	assert_true(got->by_reference == want->by_reference);
	assert_true(got->version == want->version);
	same_text(got->key, want->key);
	same_text(got->type, want->type);
	same_text(got->value, want->value);
}

static void same_outbox_packet(const struct ev_outbox_packet *got, const struct ev_outbox_packet *want)
{
	assert_true(got->messages_count == want->messages_count);
	for (size_t i = 0; i < want->messages_count; i++)
		same_outbox_message(&got->messages[i], &want->messages[i]);
}

static void same_file_receipt(const struct ev_file_receipt *got, const struct ev_file_receipt *want)
{
	same_text(got->file_id, want->file_id);
	same_text(got->name, want->name);
	same_text(got->url, want->url);
	same_text(got->role, want->role);
	assert_true(got->rows == want->rows);
	assert_true(got->bytes == want->bytes);
	same_text(got->sha256, want->sha256);
	same_text(got->plain_sha256, want->plain_sha256);
	same_text(got->md5, want->md5);
	same_text(got->crc32c, want->crc32c);
	same_text(got->encoder, want->encoder);
	same_text(got->guarantee, want->guarantee);
	same_text(got->verified, want->verified);
	assert_true(got->blind == want->blind);
	assert_true(got->committed_at_ms == want->committed_at_ms);
}

static void same_receipt(const struct ev_receipt *got, const struct ev_receipt *want)
{
	same_text(got->delivery_id, want->delivery_id);
	same_text(got->tenant, want->tenant);
	assert_true(got->version == want->version);
	same_file_receipt(&got->file, &want->file);
}

static void same_task_result(const struct ev_task_result *got, const struct ev_task_result *want)
{
	same_text(got->task_id, want->task_id);
	assert_true(got->issue == want->issue);
	same_text(got->tenant, want->tenant);
	same_text(got->delivery_id, want->delivery_id);
	assert_true(got->revision == want->revision);
	same_text(got->stage, want->stage);
	assert_true(got->index == want->index);
	assert_true(got->outcome == want->outcome);
	same_text(got->reason, want->reason);
	same_text(got->detail, want->detail);
	assert_true(got->not_before_ms == want->not_before_ms);
	assert_true(got->counts_count == want->counts_count);
	for (size_t i = 0; i < want->counts_count; i++)
		same_count(&got->counts[i], &want->counts[i]);
	assert_true(got->outputs_count == want->outputs_count);
	for (size_t i = 0; i < want->outputs_count; i++)
		same_staged_ref(&got->outputs[i], &want->outputs[i]);
	assert_true(got->facts_count == want->facts_count);
	for (size_t i = 0; i < want->facts_count; i++)
		same_fact(&got->facts[i], &want->facts[i]);
	assert_true(!got->receipt == !want->receipt);
	if (want->receipt)
		same_file_receipt(got->receipt, want->receipt);
	same_text(got->worker, want->worker);
	assert_true(got->started_at_ms == want->started_at_ms);
	assert_true(got->finished_at_ms == want->finished_at_ms);
}

static void same_trigger(const struct ev_trigger *got, const struct ev_trigger *want)
{
	same_text(got->trigger_id, want->trigger_id);
	assert_true(got->kind == want->kind);
	same_text(got->source, want->source);
	same_text(got->tenant, want->tenant);
	same_text(got->route, want->route);
	same_text(got->audience, want->audience);
	same_text(got->bridge, want->bridge);
	same_text(got->delivery_id, want->delivery_id);
	same_text(got->actor, want->actor);
	same_text(got->note, want->note);
	same_text(got->content_hash, want->content_hash);
	assert_true(got->resolution == want->resolution);
	assert_true(got->new_place == want->new_place);
	assert_true(got->at_ms == want->at_ms);
}

static void same_upload_task(const struct ev_upload_task *got, const struct ev_upload_task *want)
{
	same_task_head(&got->head, &want->head);
	assert_true(got->op == want->op);
	same_text(got->file_id, want->file_id);
	same_text(got->file_name, want->file_name);
	assert_true(!got->file == !want->file);
	if (want->file)
		same_staged_ref(got->file, want->file);
	same_text(got->plain_sha256, want->plain_sha256);
	assert_true(got->role == want->role);
	assert_true(got->resolution == want->resolution);
	same_text(got->place, want->place);
	assert_true(got->withdraws == want->withdraws);
	same_text(got->bucket_place, want->bucket_place);
	assert_true(got->asks_place == want->asks_place);
	same_text(got->encoder, want->encoder);
	same_text(got->md5, want->md5);
}
