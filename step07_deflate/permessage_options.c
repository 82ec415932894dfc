#include "step07_deflate/permessage_options.h"

void permessage_options_init(struct permessage_options *permessage, struct options *options) {
    permessage->window_bits = PERMESSAGE_NEGOTIATION_BITS_MAX;
    permessage->no_context_takeover = false;
    options_add_number(options, "--window-bits", "N", &permessage->window_bits,
                       PERMESSAGE_NEGOTIATION_BITS_MIN, PERMESSAGE_NEGOTIATION_BITS_MAX,
                       "compress with references of at most 2^N bytes back, 8 to 15");
    options_add_flag(options, "--no-context-takeover", &permessage->no_context_takeover,
                     "compress each message by itself; less memory, longer messages");
}

struct permessage_parameters
permessage_options_parameters(const struct permessage_options *permessage) {
    unsigned bits = (unsigned)permessage->window_bits;
    return (struct permessage_parameters){permessage->no_context_takeover,
                                          permessage->no_context_takeover, bits, bits};
}
