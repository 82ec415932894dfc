/* endpoint: a connection whose bytes are cut in several ways, and which is taken out of its memory
 * now and then. */
#ifndef TESTS_FUZZ_ENDPOINT_H
#define TESTS_FUZZ_ENDPOINT_H

#include "step05_echo/connection_lend.h"
#include "tests/fuzz/fuzz.h"

enum endpoint_cut { CUT_NOT, CUT_RANDOMLY, CUT_EVERYWHERE };

enum { ENDPOINT_BYTE_BY_BYTE_MAX = 1500 }; /* longer streams are not cut everywhere, to be fast */

struct endpoint {
    struct connection connection, kept;
    uint8_t *lent; /* memory on the heap for the buffer */
    size_t lent_size;
    enum endpoint_cut cut;
    struct fuzz_dice dice;
    struct wire written; /* all output so far */
};

/* Starts the connection, with `received` bytes in the lent memory already. The caller has filled in
 * the other fields. The endpoint is the context and makes the masking keys. */
void endpoint_start(struct endpoint *endpoint, struct connection_settings settings,
                    size_t received);
void endpoint_free(struct endpoint *endpoint);

/* Returns how many bytes the next read or write moves, at most `most`. */
size_t endpoint_cut_off(struct endpoint *endpoint, size_t most);

/* Returns true now and then if the cuts are random. */
bool endpoint_rolls(struct endpoint *endpoint);

/* Takes the connection out of its memory and puts it back, as a program with many connections does
 * between turns. */
void endpoint_rest(struct endpoint *endpoint);

/* Writes all output. */
void endpoint_write(struct endpoint *endpoint);

/* Reads some of the bytes. Returns how many. */
size_t endpoint_read(struct endpoint *endpoint, const uint8_t *bytes, size_t length);

#endif
