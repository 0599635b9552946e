/* SPDX-License-Identifier: Apache-2.0
 * Columns for unnest(): one array per column, filled row by row. */
#ifndef SCHEDULER_DB_LISTS_H
#define SCHEDULER_DB_LISTS_H

#include "longshore/arena.h"
#include "longshore/pg.h"

/* Sets the parameter of that name to the member `field` of each row, as text[], bigint[] or
 * bytea[]. SET_WORDS: the result of a function of the row. */
#define SET_TEXTS(p, name, rows, count, field) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_].field; \
		pg_set_texts((p), (name), column_, (count)); \
	} while (0)

/* The same for an array of pointers to rows. */
#define SET_TEXTS_OF(p, name, rows, count, field) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_]->field; \
		pg_set_texts((p), (name), column_, (count)); \
	} while (0)

#define SET_NUMS_OF(p, name, rows, count, field) \
	do { \
		int64_t *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_]->field; \
		pg_set_nums((p), (name), column_, (count)); \
	} while (0)

#define SET_WORDS(p, name, rows, count, word) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = str_c(word((rows)[i_])); \
		pg_set_texts((p), (name), column_, (count)); \
	} while (0)

#define SET_NUMS(p, name, rows, count, field) \
	do { \
		int64_t *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_].field; \
		pg_set_nums((p), (name), column_, (count)); \
	} while (0)

#define SET_BYTES(p, name, rows, count, field) \
	do { \
		struct str *column_ = arena_alloc((p)->mem, ((count) + 1) * sizeof *column_); \
		for (size_t i_ = 0; i_ < (count); i_++) \
			column_[i_] = (rows)[i_].field; \
		pg_set_bytes_array((p), (name), column_, (count)); \
	} while (0)

#endif
