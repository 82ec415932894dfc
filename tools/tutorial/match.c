#include "tools/tutorial/match.h"

#include <string.h>

/* One search: what both sides hold. */
struct search {
    const struct match_rules *rules;
    char *const *wanted;
    char *const *text;
    size_t wanted_count, text_count;
};

/* A piece: the wanted lines from `first` to before `end`. */
struct piece {
    size_t first, end;
};

/* How many lines of the piece match the text from line `place` on, before the first that does not.
 * */
static size_t matching(const struct search *search, struct piece piece, size_t place) {
    size_t count = 0;
    while (piece.first + count < piece.end && place + count < search->text_count &&
           search->rules->same(search->rules->context, search->wanted[piece.first + count],
                               search->text[place + count])) {
        count++;
    }
    return count;
}

static bool stands_at(const struct search *search, struct piece piece, size_t place) {
    return matching(search, piece, place) == piece.end - piece.first;
}

/* How much of two lines is alike: what they begin and end with. */
static size_t likeness(const char *one, const char *other) {
    size_t begin = 0, end = 0;
    size_t length = strlen(one), other_length = strlen(other);
    size_t most = length < other_length ? length : other_length;
    while (begin < most && one[begin] == other[begin]) {
        begin++;
    }
    while (end < most - begin && one[length - 1 - end] == other[other_length - 1 - end]) {
        end++;
    }
    return begin + end;
}

/* The place in the text that is most like the piece. */
static size_t nearest_place(const struct search *search, struct piece piece) {
    size_t best = 0, best_score = 0;
    for (size_t place = 0; place < search->text_count; place++) {
        size_t score = 0;
        for (size_t i = piece.first; i < piece.end; i++) {
            size_t line = place + (i - piece.first);
            if (line < search->text_count) {
                score += likeness(search->wanted[i], search->text[line]);
            }
        }
        if (score > best_score) {
            best = place;
            best_score = score;
        }
    }
    return best;
}

static struct match failed(const struct search *search, struct piece piece, bool fixed,
                           size_t place) {
    struct match match = {.verdict = MATCH_SHORT};
    if (!fixed) {
        place = nearest_place(search, piece);
    }
    size_t count = matching(search, piece, place);
    if (count == piece.end - piece.first) { /* found, but not where it should be */
        count = 0;
    }
    match.wanted = piece.first + count;
    match.nearest = place + count;
    if (fixed && match.nearest < search->text_count) {
        match.verdict = MATCH_DIFFERENT;
    }
    return match;
}

/* Finds the first place for a piece from line `from` on. Returns whether there is one. */
static bool find_place(const struct search *search, struct piece piece, size_t from, bool last,
                       size_t *place) {
    size_t len = piece.end - piece.first;
    if (last && search->rules->to_end) {
        *place = search->text_count >= len ? search->text_count - len : 0;
        return *place >= from && stands_at(search, piece, *place);
    }
    for (*place = from; *place + len <= search->text_count; (*place)++) {
        if (stands_at(search, piece, *place)) {
            return true;
        }
    }
    return false;
}

struct match match_find(const struct match_rules *rules, char *const *wanted, size_t wanted_count,
                        char *const *text, size_t text_count) {
    struct search search = {rules, wanted, text, wanted_count, text_count};
    bool fixed = rules->from_start;
    size_t at = 0;
    for (size_t i = 0; i < wanted_count;) {
        if (rules->is_elision(wanted[i])) {
            fixed = false;
            at += rules->least_elided;
            i++;
            continue;
        }
        struct piece piece = {i, i};
        while (piece.end < wanted_count && !rules->is_elision(wanted[piece.end])) {
            piece.end++;
        }
        size_t place = at;
        bool last = piece.end == wanted_count;
        bool found =
            fixed ? stands_at(&search, piece, at) : find_place(&search, piece, at, last, &place);
        if (!found) {
            return failed(&search, piece, fixed, place);
        }
        at = place + (piece.end - piece.first);
        i = piece.end;
        fixed = true;
    }
    if (fixed && rules->to_end && at < text_count) {
        return (struct match){.verdict = MATCH_DIFFERENT, .wanted = wanted_count, .nearest = at};
    }
    return (struct match){.verdict = MATCH_FOUND, .end = at};
}
