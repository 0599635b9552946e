/* SPDX-License-Identifier: Apache-2.0
 * Columns for unnest(): one array per column, filled row by row. */
#ifndef SCHEDULER_DB_LISTS_H
#define SCHEDULER_DB_LISTS_H

#include "longshore/arena.h"
#include "longshore/pg.h"

/* The member `field` of each row as one text[], bigint[] or bytea[] parameter; ADD_WORDS: a
 * function of the row. */
#define ADD_TEXTS(p, rows, count, field) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_].field; \
		pg_add_texts((p), column_, (count)); \
	} while (0)

/* The same for rows that are pointers. */
#define ADD_TEXTS_OF(p, rows, count, field) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_]->field; \
		pg_add_texts((p), column_, (count)); \
	} while (0)

#define ADD_NUMS_OF(p, rows, count, field) \
	do { \
		int64_t *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_]->field; \
		pg_add_nums((p), column_, (count)); \
	} while (0)

#define ADD_WORDS(p, rows, count, word) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = str_c(word((rows)[i_])); \
		pg_add_texts((p), column_, (count)); \
	} while (0)

#define ADD_NUMS(p, rows, count, field) \
	do { \
		int64_t *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_].field; \
		pg_add_nums((p), column_, (count)); \
	} while (0)

#define ADD_BYTES(p, rows, count, field) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_].field; \
		pg_add_bytes_array((p), column_, (count)); \
	} while (0)

#endif
