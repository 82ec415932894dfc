/* deflate_parameters: the parameters of permessage-deflate as they stand in one offer or answer,
 * RFC 7692 section 7.1. */
#ifndef WSCHECK_DEFLATE_PARAMETERS_H
#define WSCHECK_DEFLATE_PARAMETERS_H

#include "wscheck/extension.h"
#include "wscheck/head.h"

enum { DEFLATE_FAULT_SIZE = 256, DEFLATE_OFFERS_MAX = 16 };

/* server_no_context_takeover and the like. */
enum deflate_parameter { SERVER_TAKEOVER, CLIENT_TAKEOVER, SERVER_BITS, CLIENT_BITS };

struct deflate_parameters {
    bool has[CLIENT_BITS + 1];
    unsigned bits[CLIENT_BITS + 1]; /* of the two that tell a window; 0: without a value */
    char fault[DEFLATE_FAULT_SIZE]; /* why they are illegal; or "" */
    const char *where;              /* in the text */
};

/* All offers of permessage-deflate, in their order. */
struct deflate_offers {
    struct deflate_parameters terms[DEFLATE_OFFERS_MAX];
    size_t count;
};

/* "permessage-deflate", and the name of the header. */
extern const char deflate_parameters_extension[], deflate_parameters_header[];

/* Reads the parameters of one element. Returns whether they are legal. */
bool deflate_parameters_read(struct deflate_parameters *terms, const struct extension *extension,
                             bool is_offer);

/* Whether they have this parameter: "name", or "name=value" of a window. */
bool deflate_parameters_have(const struct deflate_parameters *terms, const char *parameter);

/* Reads the offers of a request, our own or a client's. */
void deflate_parameters_of_head(struct deflate_offers *offers, const struct head *head);

#endif
