/* SPDX-License-Identifier: Apache-2.0
 *
 * One row per field: where it stands in a document, which values it takes, which are honoured, and
 * where it goes in a spec. The rows are in fields/<kind>.def; kinds.c makes the tables of documents
 * from them, and spec_shape.c the tables of specs. docs/configuration.md is generated from them.
 */
#ifndef LONGSHORE_CONFIG_FIELD_H
#define LONGSHORE_CONFIG_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	TYPE_GROUP, /* no value of its own: says something about all fields below it */
	TYPE_TEXT,
	TYPE_TEXTS,
	TYPE_LIST, /* of mappings; a row follows for each field of an item */
	TYPE_NUMBER,
	TYPE_SHARE, /* "30%" or "0.3"; parts per million in a spec */
	TYPE_RATE,  /* "5" or "0.5"; thousandths in a spec */
	TYPE_FLAG,
	TYPE_WORD,
	TYPE_CHARACTER,
	TYPE_REFERENCE,  /* the name of another document */
	TYPE_REFERENCES, /* a list of them */
	TYPE_MAPPING,    /* of texts under names that people choose: the path ends in ".*" */
};

enum shape_kind {
	SHAPE_TEXT,    /* struct str */
	SHAPE_INT,     /* int64_t */
	SHAPE_BOOL,    /* bool */
	SHAPE_CHAR,    /* char: one ASCII character */
	SHAPE_ENUM,    /* an int-sized enum; words[value] */
	SHAPE_TEXTS,   /* struct str *, size_t */
	SHAPE_OBJECT,  /* embedded struct */
	SHAPE_OBJECTS, /* struct *, size_t */
};

/* The structs of a spec that documents fill. */
enum spec_area {
	AREA_NONE,
	AREA_SPEC,
	AREA_SOURCE,
	AREA_AUDIENCE,
	AREA_FILTER,
	AREA_BRIDGE,
	AREA_RECORD,
	AREA_DESTINATION,
	AREA_COLUMN,
	AREA_BUCKET,
	AREA_GUARDS,
	AREA_SUPPRESSION,
	AREA_LIMITS,
	AREA_BLACKOUT,
	AREAS
};

struct shape;

struct field {
	/* In a document. */
	const char *path; /* without indices: "record.name"; NULL: it stands in specs only */
	enum field_type type;
	const char *about;   /* what it means, for people */
	int64_t preset;      /* NUMBER, SHARE, FLAG, WORD, CHARACTER: if it is left out */
	const char *unset;   /* what happens if it is left out, where that is not the preset */
	bool is_needed;      /* it must be there */
	bool is_idle;        /* it decides nothing yet, and `apply` says so; so does all below it */
	bool may_be_empty;   /* an empty text is a value */
	bool is_by_hand;     /* resolve.c reads it with code of its own */
	bool is_override;    /* left out, the value of another document stays */
	enum spec_area item; /* LIST: where the fields of an item go */
	/* Of a Destination: the values that are honoured; NULL: none is. Texts, numbers, "true",
	 * "false" and "[]" for an empty list. Ends with NULL; field_any: every value is honoured. */
	const char *const *honoured;

	/* Of both. */
	const char *preset_text;
	int64_t min, max;         /* NUMBER, SHARE, RATE */
	const char *const *words; /* those that may be written; ends with NULL */

	/* In a spec. */
	const char *name; /* NULL: it stands in documents only */
	enum spec_area area;
	enum shape_kind kind;
	size_t offset;
	size_t count_offset;       /* TEXTS, OBJECTS */
	bool is_required;          /* must be there and not be empty */
	int64_t absent;            /* INT, BOOL, CHAR, ENUM: the value that is not written */
	const struct shape *shape; /* OBJECT, OBJECTS */
};

/* An empty list: the values of a field that is honoured whatever it says. */
extern const char *const field_any[];

/* Words that fields take. Each list ends with NULL. */
extern const char *const words_audience_types[];
extern const char *const words_approvals[];
extern const char *const words_completions[];
extern const char *const words_cardinalities[];
extern const char *const words_newlines[];
extern const char *const words_modes[];
extern const char *const words_statuses[];
extern const char *const words_cadences[];
extern const char *const words_weekdays[];
extern const char *const words_containers[];
extern const char *const words_splits[];
extern const char *const words_spec_kinds[];
/* Of templates of names: those that are filled in, and those that only a partner's model has. */
extern const char *const words_tokens[];
extern const char *const words_model_tokens[];

#endif
