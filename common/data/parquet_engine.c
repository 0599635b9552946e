/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet_engine.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct parquet_engine *idle; /* protected by the lock, like its count */
static int idle_count;

static void destroy(struct parquet_engine *g)
{
	duck_close(g->duck);
	parquet_window_close(&g->window);
	free(g->library);
	free(g);
}

static struct parquet_engine *pop(const char *library)
{
	(void)pthread_mutex_lock(&lock); /* cannot fail: not recursive */
	struct parquet_engine **at = &idle;
	while (*at && strcmp((*at)->library, library) != 0)
		at = &(*at)->next;
	struct parquet_engine *found = *at;
	if (found) {
		*at = found->next;
		idle_count--;
	}
	(void)pthread_mutex_unlock(&lock);
	return found;
}

static bool push(struct parquet_engine *g)
{
	(void)pthread_mutex_lock(&lock);
	bool has_room = idle_count < PARQUET_IDLE_MAX;
	if (has_room) {
		g->next = idle;
		idle = g;
		idle_count++;
	}
	(void)pthread_mutex_unlock(&lock);
	return has_room;
}

static int make(const char *library, struct parquet_engine **out, struct err *e)
{
	struct parquet_engine *g = calloc(1, sizeof *g);
	char *name = strdup(library);
	if (!g || !name) {
		free(g);
		free(name);
		return err_set(e, ERR_FATAL, "out_of_memory", "no memory for a Parquet reader");
	}
	g->library = name;
	g->window.fd = -1;
	if (parquet_window_open(&g->window, e) != 0 ||
	        duck_open(library, g->window.path, &g->duck, e) != 0) {
		destroy(g);
		return e->act;
	}
	*out = g;
	return 0;
}

int parquet_engine_take(
        const char *library, int64_t bytes, struct parquet_engine **out, struct err *e)
{
	struct parquet_engine *g = pop(library);
	if (!g && make(library, &g, e) != 0)
		return e->act;
	if (parquet_window_resize(&g->window, bytes, e) != 0) {
		destroy(g);
		return e->act;
	}
	*out = g;
	return 0;
}

void parquet_engine_give(struct parquet_engine *g, bool is_sound)
{
	struct err e;
	if (g && (!is_sound || parquet_window_resize(&g->window, 0, &e) != 0 || !push(g)))
		destroy(g);
}
