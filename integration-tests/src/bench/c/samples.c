/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps samples by figure and lane, and prints what the report is made of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define SERIES 512

static struct series {
    const char *figure, *lane;
    double *values;
    size_t count, room;
} all[SERIES];
static size_t used;

static struct series *find(const char *figure, const char *lane) {
    for (size_t n = 0; n < used; n++)
        if (strcmp(all[n].figure, figure) == 0 && strcmp(all[n].lane, lane) == 0) return &all[n];
    if (used == SERIES) fail("samples", "too many figures");
    all[used].figure = strdup(figure);
    all[used].lane = lane;
    return &all[used++];
}

void sample(const char *figure, const char *lane, double value) {
    struct series *s = find(figure, lane);
    if (s->count == s->room) {
        s->room = s->room ? s->room * 2 : 64;
        s->values = realloc(s->values, s->room * sizeof *s->values);
        if (!s->values) fail("samples", "out of memory");
    }
    s->values[s->count++] = value;
}

static int ascending(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* Between the two nearest samples. */
static double quantile(const struct series *s, double q) {
    double at = q * (double)(s->count - 1);
    size_t below = (size_t)at, above = below + 1 < s->count ? below + 1 : below;
    return s->values[below] + (at - (double)below) * (s->values[above] - s->values[below]);
}

void samples_print(void) {
    for (size_t n = 0; n < used; n++) {
        struct series *s = &all[n];
        double sum = 0;
        for (size_t i = 0; i < s->count; i++) sum += s->values[i];
        qsort(s->values, s->count, sizeof *s->values, ascending);
        printf("%s\t%s\t%.3f\t%.3f\t%.3f\t%.3f\t%zu\n", s->figure, s->lane, quantile(s, 0.5),
               quantile(s, 0.25), quantile(s, 0.75), sum / (double)s->count, s->count);
    }
}
