/* sample: data of five kinds to compress, the same in every run.
 *
 * The kinds and sizes are those of the field's conformance suite, categories 12 and 13, whose files
 * are not here: what compresses well and what does not matters, not what it says.
 */
#ifndef WSCHECK_SAMPLE_H
#define WSCHECK_SAMPLE_H

#include "wscheck/payload.h"

#include <stdbool.h>

struct sample {
    const uint8_t *bytes;
    size_t length;
    bool is_text; /* UTF-8, and windows are counted in characters */
};

/* Finds a sample: "json" (ASCII), "bitmap", "prose" (German), "html" (with some characters of two
 * bytes) or "pdf". It is made on first use, by any thread. NULL when there is none. */
const struct sample *sample_named(const char *name);

/* The window of `size` bytes, or characters of a text, that begins at the byte `*position`; moves
 * `*position` after it. After the end the sample begins anew. */
struct payload sample_window(const struct sample *sample, size_t size, size_t *position);

#endif
