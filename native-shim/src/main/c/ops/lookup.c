/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LOOKUP: one field of the first line that has a certain other field, in a file of lines with
 * colons between their fields, like passwd(5). The file is an image's: any bytes, of any number, of
 * which a bounded part is looked at. What is found is a text that fits and is not empty, or
 * nothing.
 */
#include "kernel.h"

#define PIECES_MAX 16
#define PIECE 4096

struct line {
    const struct lookup *wanted;
    unsigned field;
    size_t at;                /* within the current field */
    int is_key, has_key, bad; /* the field so far; the line */
    size_t found;
};

static void begin(struct line *l, const struct lookup *wanted) {
    *l = (struct line){.wanted = wanted, .is_key = 1};
}

static void end_field(struct line *l) {
    const struct lookup *w = l->wanted;
    if (l->field == w->key_field) l->has_key = l->is_key && l->at == w->key_size;
    l->field++;
    l->at = 0;
}

static void take_byte(struct line *l, char byte, char *to) {
    const struct lookup *w = l->wanted;
    if (l->field == w->key_field)
        l->is_key = l->is_key && l->at < w->key_size && w->key[l->at] == byte;
    if (l->field == w->value_field && l->has_key) {
        if (byte == 0 || l->found + 1 >= w->room)
            l->bad = 1;
        else
            to[l->found++] = byte;
    }
    l->at++;
}

/* The length of the value, which is in w->to with a NUL after it, or -ENOENT. */
long look_up(int fd, const struct lookup *w) {
    char piece[PIECE], value[PATH_MAX];
    struct line l;
    begin(&l, w);
    if (w->room > sizeof value) return -EINVAL;
    for (int pieces = 0; pieces < PIECES_MAX; pieces++) {
        long size = read_all(fd, piece, sizeof piece, NO_DEADLINE, -1);
        if (size < 0) return size;
        for (long n = 0; n <= size; n++) {
            int ends = n < size ? piece[n] == '\n' : size < PIECE;
            if (n == size && !ends) break;
            if (ends || piece[n] == ':') end_field(&l);
            if (ends && l.has_key && l.field > w->value_field) {
                if (l.bad || l.found == 0) return -ENOENT;
                memcpy(w->to, value, l.found);
                w->to[l.found] = 0;
                return (long)l.found;
            }
            if (ends)
                begin(&l, w);
            else if (piece[n] != ':')
                take_byte(&l, piece[n], value);
        }
        if (size < PIECE) break;
    }
    return -ENOENT;
}
