/* sample: five kinds of data to compress, the same in every run.
 *
 * The kinds and sizes are those of the Autobahn Testsuite, categories 12 and 13. Its files are not
 * here: only how well they compress matters, not what they say.
 */
#ifndef WSCHECK_SAMPLE_H
#define WSCHECK_SAMPLE_H

#include "wscheck/payload.h"

#include <stdbool.h>

struct sample {
    const uint8_t *bytes;
    size_t length;
    bool is_text; /* UTF-8, with windows counted in characters */
};

/* Finds a sample: "json" (ASCII), "bitmap", "prose" (German), "html" (with some characters of two
 * bytes) or "pdf". Any thread may call this; the first call makes the samples. Returns NULL if the
 * name is unknown. */
const struct sample *sample_named(const char *name);

/* The window of `size` bytes, or characters of a text, from the byte `*position` on. Moves
 * `*position` past it. After its last byte the sample begins again. */
struct payload sample_window(const struct sample *sample, size_t size, size_t *position);

#endif
