/* permessage_options: the options of the two programs that compress. Step 7. */
#ifndef STEP07_DEFLATE_PERMESSAGE_OPTIONS_H
#define STEP07_DEFLATE_PERMESSAGE_OPTIONS_H

#include "common/options.h"
#include "step07_deflate/permessage_negotiation.h"

struct permessage_options {
    uint64_t window_bits;
    bool no_context_takeover;
};

/* Sets the defaults, and adds --window-bits and --no-context-takeover to the program's options,
 * whose values `permessage` receives. */
void permessage_options_init(struct permessage_options *permessage, struct options *options);

/* The parameters that these options ask for, the same for both directions. */
struct permessage_parameters
permessage_options_parameters(const struct permessage_options *permessage);

#endif
