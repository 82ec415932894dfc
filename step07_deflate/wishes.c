#include "step07_deflate/wishes.h"

void wishes_init(struct wishes *wishes, struct options *options) {
    wishes->window_bits = PARAMETERS_BITS_MAX;
    wishes->no_context_takeover = false;
    options_add_number(options, "--window-bits", "N", &wishes->window_bits, PARAMETERS_BITS_MIN,
                       PARAMETERS_BITS_MAX,
                       "compress with references of at most 2^N bytes back, 8 to 15 (default 15)");
    options_add_flag(options, "--no-context-takeover", &wishes->no_context_takeover,
                     "compress each message by itself; less memory, longer messages");
}

struct parameters wishes_parameters(const struct wishes *wishes) {
    unsigned bits = (unsigned)wishes->window_bits;
    return (struct parameters){wishes->no_context_takeover, wishes->no_context_takeover, bits,
                               bits};
}
