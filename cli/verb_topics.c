/* SPDX-License-Identifier: Apache-2.0
 * topics: creates missing topics; --acls prints the rights that each role needs. */
#include "json.h"
#include "verbs.h"

#include "longshore/bus.h"
#include "longshore/topics.h"

#include <assert.h>
#include <stdio.h>

static struct str full_name(struct cli *cli, const char *name)
{
	return arena_printf(&cli->mem, "%s%s", cli->conf.topic_prefix, name);
}

static int create(struct cli *cli, struct err *e)
{
	struct bus_topic list[TOPIC_COUNT];
	int act = cli_need_kafka(cli, e);
	if (act != 0)
		return act;
	for (int i = 0; i < TOPIC_COUNT; i++) {
		const struct topic_plan *plan = topic_plan((enum topic)i);
		list[i] = (struct bus_topic){.name = full_name(cli, plan->suffix),
		        .partitions = plan->partitions,
		        .settings = plan->settings};
	}
	act = bus_topics_create(cli->conf.kafka, list, TOPIC_COUNT, e);
	if (act != 0)
		return act;
	cli_print(cli->json ? "{\"topics\":%d}\n" : "%d topics are there\n", TOPIC_COUNT);
	return EXIT_DONE;
}

/* --- rights --- */

enum resource { TOPIC, GROUP };
static const char *const resources[] = {"topic", "group"};

/* One rule: a role may do this with that resource. */
struct rule {
	enum topic_role role;
	const char *operation; /* in the notation of kafka-acls.sh */
	enum resource resource;
	struct str name;
};

enum { RULES_MAX = 128 };
struct rules {
	struct rule list[RULES_MAX];
	size_t count;
};

static void add(struct rules *r, enum topic_role role, const char *operation,
        enum resource resource, struct str name)
{
	assert(r->count < RULES_MAX);
	r->list[r->count++] = (struct rule){role, operation, resource, name};
}

/* `doctor` looks at all topics and groups. */
static void add_looking(struct cli *cli, struct rules *r, enum topic_role role)
{
	for (int t = 0; t < TOPIC_COUNT; t++) {
		struct str name = full_name(cli, topic_plan((enum topic)t)->suffix);
		add(r, role, "Describe", TOPIC, name);
		add(r, role, "DescribeConfigs", TOPIC, name);
	}
	for (int other = 0; other < ROLE_COUNT; other++) {
		if (topic_members[other].has_group)
			add(r, role, "Describe", GROUP, full_name(cli, topic_members[other].name));
	}
}

/* The right to read or write a topic includes the right to describe it. */
static void add_role(struct cli *cli, struct rules *r, enum topic_role role)
{
	for (int t = 0; t < TOPIC_COUNT; t++) {
		const struct topic_plan *plan = topic_plan((enum topic)t);
		struct str name = full_name(cli, plan->suffix);
		if (plan->readers & (1U << role))
			add(r, role, "Read", TOPIC, name);
		if (plan->writers & (1U << role))
			add(r, role, "Write", TOPIC, name);
	}
	if (topic_members[role].has_group)
		add(r, role, "Read", GROUP, full_name(cli, topic_members[role].name));
	if (role == ROLE_OPERATOR)
		add_looking(cli, r, role);
}

static void print_json(const struct rules *r, const char *principals)
{
	static const char *const types[] = {"TOPIC", "GROUP"};
	static const struct {
		const char *ours, *theirs;
	} operations[] = {{"Read", "READ"}, {"Write", "WRITE"}, {"Describe", "DESCRIBE"},
	        {"DescribeConfigs", "DESCRIBE_CONFIGS"}};
	struct buf out;
	buf_init(&out, JSON_MAX);
	json_open(&out, NULL, '[');
	for (size_t i = 0; i < r->count; i++) {
		const struct rule *rule = &r->list[i];
		char principal[400];
		(void)snprintf(principal, sizeof(principal), "%s%s", principals,
		        topic_members[rule->role].name);
		json_open(&out, NULL, '{');
		json_text(&out, "role", str_c(topic_members[rule->role].name));
		json_text(&out, "principal", str_c(principal));
		json_text(&out, "host", STR("*"));
		for (size_t k = 0; k < sizeof(operations) / sizeof(operations[0]); k++) {
			if (strcmp(operations[k].ours, rule->operation) == 0)
				json_text(&out, "operation", str_c(operations[k].theirs));
		}
		json_text(&out, "permission", STR("ALLOW"));
		json_text(&out, "resource_type", str_c(types[rule->resource]));
		json_text(&out, "resource_name", rule->name);
		json_text(&out, "pattern_type", STR("LITERAL"));
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_print(&out);
	buf_release(&out);
}

static void print_command(
        const struct rules *r, enum topic_role role, const char *operation, const char *principals)
{
	bool is_begun = false;
	for (size_t i = 0; i < r->count; i++) {
		const struct rule *rule = &r->list[i];
		if (rule->role != role || strcmp(rule->operation, operation) != 0)
			continue;
		if (!is_begun)
			cli_print("$KAFKA_ACLS --add --allow-principal '%s%s' --operation %s",
			        principals, topic_members[role].name, operation);
		is_begun = true;
		cli_print(" --%s '" STR_FMT "'", resources[rule->resource], STR_ARG(rule->name));
	}
	if (is_begun)
		cli_print("\n");
}

static void print_commands(const struct rules *r, const char *principals)
{
	static const char *const operations[] = {"Read", "Write", "Describe", "DescribeConfigs"};
	cli_print("# Set KAFKA_ACLS to the command that reaches the cluster as administrator, such "
	          "as\n# KAFKA_ACLS='kafka-acls.sh --bootstrap-server HOST:PORT --command-config "
	          "FILE'\n# The brokers must deny by default: "
	          "allow.everyone.if.no.acl.found=false. Brokers older than\n# 3.0 also need "
	          "IdempotentWrite on the cluster for every writer.\n");
	for (int role = 0; role < ROLE_COUNT; role++) {
		cli_print("\n# %s%s%s\n", topic_members[role].name,
		        topic_members[role].note[0] ? ": " : "", topic_members[role].note);
		for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
			print_command(r, (enum topic_role)role, operations[i], principals);
	}
}

static bool is_quotable(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == '\'' || *text == 0x7f)
			return false;
	}
	return true;
}

static int print_acls(struct cli *cli, struct err *e)
{
	const char *given = cli_option(cli, "--principal-prefix");
	const char *principals = given ? given : "User:longshore-";
	if (strncmp(principals, "User:", 5) != 0 || strlen(principals) > 300 ||
	        !is_quotable(principals))
		return cli_usage(e, "--principal-prefix must begin with User: like every Kafka "
		                    "principal, and have at most 300 bytes and no quote");
	if (!is_quotable(cli->conf.topic_prefix))
		return cli_usage(e, "LONGSHORE_TOPIC_PREFIX contains a character that Kafka does "
		                    "not allow in topic names");
	struct rules *rules = arena_alloc(&cli->mem, sizeof(*rules));
	rules->count = 0;
	for (int role = 0; role < ROLE_COUNT; role++)
		add_role(cli, rules, (enum topic_role)role);
	if (cli->json)
		print_json(rules, principals);
	else
		print_commands(rules, principals);
	return EXIT_DONE;
}

static int topics(struct cli *cli, struct err *e)
{
	if (cli_option(cli, "--acls"))
		return print_acls(cli, e);
	if (cli_option(cli, "--principal-prefix"))
		return cli_usage(e, "--principal-prefix needs --acls");
	return create(cli, e);
}

static const struct cli_option topics_options[] = {
        {"--acls", NULL, false,
                "print the Kafka rights that each user needs, as commands for kafka-acls.sh or "
                "with --json; no broker is contacted"},
        {"--principal-prefix", "PREFIX", false,
                "prefix of the principals, before scheduler, bridge-builder ...; default: "
                "User:longshore-"},
        {NULL, NULL, false, NULL}};

const struct cli_verb verb_topics = {.name = "topics",
        .usage = "[--acls [--principal-prefix PREFIX]]",
        .help = "create missing topics, or print ACLs",
        .options = topics_options,
        .run = topics};
