/* match: whether lines with gaps between them stand in a text, and if not, where they almost do.
 * The lines wanted are cut into pieces by elision marks; each piece is consecutive lines of the
 * text, and the pieces come in order. Quoted code and transcripts are both compared this way. */
#ifndef TOOLS_TUTORIAL_MATCH_H
#define TOOLS_TUTORIAL_MATCH_H

#include <stdbool.h>
#include <stddef.h>

struct match_rules {
    bool (*is_elision)(const char *line);
    /* Whether a line of the text is as wanted. */
    bool (*same)(void *context, const char *wanted, const char *line);
    void *context;
    size_t least_elided; /* lines that an elision mark stands for at least */
    bool from_start;     /* the first piece begins where the text does */
    bool to_end;         /* the last piece ends where the text does */
};

enum match_verdict {
    MATCH_FOUND,
    MATCH_SHORT,    /* more text after this one could still make it match */
    MATCH_DIFFERENT /* no matter what follows, it does not match */
};

struct match {
    enum match_verdict verdict;
    size_t end;    /* when found: the number of lines that have been matched or skipped */
    size_t wanted; /* else: the line that is not there; the number of lines if nothing is missing */
    size_t nearest; /* and the line of the text that is most like it, or the number of lines if the
                     * text is over. Equal lines: they stand before what they should follow. */
};

struct match match_find(const struct match_rules *rules, char *const *wanted, size_t wanted_count,
                        char *const *text, size_t text_count);

#endif
