/* deflate_parameters: the parameters of permessage-deflate in an offer or an answer, RFC 7692
 * section 7.1. */
#ifndef WSCHECK_DEFLATE_PARAMETERS_H
#define WSCHECK_DEFLATE_PARAMETERS_H

#include "wscheck/extension.h"
#include "wscheck/head.h"

enum { DEFLATE_FAULT_SIZE = 256, DEFLATE_OFFERS_MAX = 16 };

/* server_no_context_takeover and the like. */
enum deflate_parameter { SERVER_TAKEOVER, CLIENT_TAKEOVER, SERVER_BITS, CLIENT_BITS };

struct deflate_parameters {
    bool has[CLIENT_BITS + 1];
    unsigned bits[CLIENT_BITS + 1]; /* the values of SERVER_BITS and CLIENT_BITS; 0: no value */
    char fault[DEFLATE_FAULT_SIZE]; /* why they are illegal; or "" */
    const char *where;              /* the place of the fault in the text */
};

/* All offers of permessage-deflate, in their order. */
struct deflate_offers {
    struct deflate_parameters terms[DEFLATE_OFFERS_MAX];
    size_t count;
};

/* "permessage-deflate", and the name of the header. */
extern const char deflate_parameters_extension[], deflate_parameters_header[];

/* Reads the parameters of one element, an offer or an answer. Returns whether they are legal; if
 * not, `fault` and `where` are filled in. */
bool deflate_parameters_read(struct deflate_parameters *terms, const struct extension *extension,
                             bool is_offer);

/* Whether this parameter is among them: "name", or "name=value" for a window. */
bool deflate_parameters_have(const struct deflate_parameters *terms, const char *parameter);

/* Reads the offers of a request, wscheck's own or a client's. */
void deflate_parameters_of_head(struct deflate_offers *offers, const struct head *head);

#endif
