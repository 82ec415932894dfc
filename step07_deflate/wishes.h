/* wishes: the options of the two programs that compress. Step 7. */
#ifndef STEP07_DEFLATE_WISHES_H
#define STEP07_DEFLATE_WISHES_H

#include "common/options.h"
#include "step07_deflate/parameters.h"

struct wishes {
    uint64_t window_bits;
    bool no_context_takeover;
};

/* Fills in the defaults and adds --window-bits and --no-context-takeover. */
void wishes_init(struct wishes *wishes, struct options *options);

/* The parameters to ask for: the same for both directions. */
struct parameters wishes_parameters(const struct wishes *wishes);

#endif
