/* terms: the parameters of permessage-deflate as they stand in one offer or answer, RFC 7692
 * section 7.1. */
#ifndef WSCHECK_TERMS_H
#define WSCHECK_TERMS_H

#include "wscheck/answer.h"
#include "wscheck/extension.h"

enum { TERMS_FAULT_SIZE = 200, OFFERS_MAX = 16 };

struct terms {
    bool server_no_takeover, client_no_takeover;
    bool has_server_bits, has_client_bits;
    unsigned server_bits, client_bits; /* 0: without a value */
    char fault[TERMS_FAULT_SIZE];      /* why they are illegal; or "" */
    const char *where;                 /* in the text */
};

/* All offers of permessage-deflate, in their order. */
struct offers {
    struct terms terms[OFFERS_MAX];
    size_t count;
};

/* "permessage-deflate", and the name of the header. */
extern const char terms_extension[], terms_header[];

/* Reads the parameters of one element. Returns whether they are legal. */
bool terms_read(struct terms *terms, const struct extension *extension, bool is_offer);

/* Reads the offers of our own request, or of the head of a client's. */
void offers_of_request(struct offers *offers, const struct request *request);
void offers_of_head(struct offers *offers, const struct answer *head);

#endif
