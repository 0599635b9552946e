/* SPDX-License-Identifier: Apache-2.0
 * Made by tests/contract/event/golden.py from schemas/: do not edit. */
/* clang-format off */
#include "same.h"
#include "AuditRecord.h"
#include "BridgeTask.h"
#include "BuildTask.h"
#include "DeadLetter.h"
#include "DeliveryMemory.h"
#include "DeliveryStatus.h"
#include "FormatTask.h"
#include "OutboxPacket.h"
#include "Receipt.h"
#include "TaskResult.h"
#include "Trigger.h"
#include "UploadTask.h"

static void check_audit_record(const void *got, const void *want)
{
	same_audit_record(got, want);
}

static void check_bridge_task(const void *got, const void *want)
{
	same_bridge_task(got, want);
}

static void check_build_task(const void *got, const void *want)
{
	same_build_task(got, want);
}

static void check_dead_letter(const void *got, const void *want)
{
	same_dead_letter(got, want);
}

static void check_delivery_memory(const void *got, const void *want)
{
	same_delivery_memory(got, want);
}

static void check_delivery_status(const void *got, const void *want)
{
	same_delivery_status(got, want);
}

static void check_format_task(const void *got, const void *want)
{
	same_format_task(got, want);
}

static void check_outbox_packet(const void *got, const void *want)
{
	same_outbox_packet(got, want);
}

static void check_receipt(const void *got, const void *want)
{
	same_receipt(got, want);
}

static void check_task_result(const void *got, const void *want)
{
	same_task_result(got, want);
}

static void check_trigger(const void *got, const void *want)
{
	same_trigger(got, want);
}

static void check_upload_task(const void *got, const void *want)
{
	same_upload_task(got, want);
}

static const struct golden {
	const char *event;
	const char *value;
	const struct ev_type *type;
	const void *content;
	void (*check)(const void *got, const void *want);
} goldens[] = {
	{"AuditRecord", "full", &ev_audit_record_type, &audit_record_full, check_audit_record},
	{"AuditRecord", "edge", &ev_audit_record_type, &audit_record_edge, check_audit_record},
	{"AuditRecord", "defaults", &ev_audit_record_type, &audit_record_defaults, check_audit_record},
	{"BridgeTask", "full", &ev_bridge_task_type, &bridge_task_full, check_bridge_task},
	{"BridgeTask", "edge", &ev_bridge_task_type, &bridge_task_edge, check_bridge_task},
	{"BridgeTask", "defaults", &ev_bridge_task_type, &bridge_task_defaults, check_bridge_task},
	{"BuildTask", "full", &ev_build_task_type, &build_task_full, check_build_task},
	{"BuildTask", "edge", &ev_build_task_type, &build_task_edge, check_build_task},
	{"BuildTask", "defaults", &ev_build_task_type, &build_task_defaults, check_build_task},
	{"DeadLetter", "full", &ev_dead_letter_type, &dead_letter_full, check_dead_letter},
	{"DeadLetter", "edge", &ev_dead_letter_type, &dead_letter_edge, check_dead_letter},
	{"DeadLetter", "defaults", &ev_dead_letter_type, &dead_letter_defaults, check_dead_letter},
	{"DeliveryMemory", "full", &ev_delivery_memory_type, &delivery_memory_full, check_delivery_memory},
	{"DeliveryMemory", "edge", &ev_delivery_memory_type, &delivery_memory_edge, check_delivery_memory},
	{"DeliveryMemory", "defaults", &ev_delivery_memory_type, &delivery_memory_defaults, check_delivery_memory},
	{"DeliveryStatus", "full", &ev_delivery_status_type, &delivery_status_full, check_delivery_status},
	{"DeliveryStatus", "edge", &ev_delivery_status_type, &delivery_status_edge, check_delivery_status},
	{"DeliveryStatus", "defaults", &ev_delivery_status_type, &delivery_status_defaults, check_delivery_status},
	{"FormatTask", "full", &ev_format_task_type, &format_task_full, check_format_task},
	{"FormatTask", "edge", &ev_format_task_type, &format_task_edge, check_format_task},
	{"FormatTask", "defaults", &ev_format_task_type, &format_task_defaults, check_format_task},
	{"OutboxPacket", "full", &ev_outbox_packet_type, &outbox_packet_full, check_outbox_packet},
	{"OutboxPacket", "edge", &ev_outbox_packet_type, &outbox_packet_edge, check_outbox_packet},
	{"OutboxPacket", "defaults", &ev_outbox_packet_type, &outbox_packet_defaults, check_outbox_packet},
	{"Receipt", "full", &ev_receipt_type, &receipt_full, check_receipt},
	{"Receipt", "edge", &ev_receipt_type, &receipt_edge, check_receipt},
	{"Receipt", "defaults", &ev_receipt_type, &receipt_defaults, check_receipt},
	{"TaskResult", "full", &ev_task_result_type, &task_result_full, check_task_result},
	{"TaskResult", "edge", &ev_task_result_type, &task_result_edge, check_task_result},
	{"TaskResult", "defaults", &ev_task_result_type, &task_result_defaults, check_task_result},
	{"Trigger", "full", &ev_trigger_type, &trigger_full, check_trigger},
	{"Trigger", "edge", &ev_trigger_type, &trigger_edge, check_trigger},
	{"Trigger", "defaults", &ev_trigger_type, &trigger_defaults, check_trigger},
	{"UploadTask", "full", &ev_upload_task_type, &upload_task_full, check_upload_task},
	{"UploadTask", "edge", &ev_upload_task_type, &upload_task_edge, check_upload_task},
	{"UploadTask", "defaults", &ev_upload_task_type, &upload_task_defaults, check_upload_task},
};
