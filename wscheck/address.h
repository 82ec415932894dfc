/* address: a ws:// URL, RFC 6455 section 3. */
#ifndef WSCHECK_ADDRESS_H
#define WSCHECK_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct address {
    char name[256]; /* of the host, without the brackets of an IPv6 address */
    char port[8];   /* "80" if the URL has none */
    char host[300]; /* the value of the Host header */
    char *target;   /* the path and the query; "/" if the URL has none */
};

/* Takes a URL apart; free the address. Returns false and one line that says what is wrong with it:
 * then there is nothing to free. */
bool address_parse(struct address *address, const char *url, char *error, size_t error_size);

void address_free(struct address *address);

/* The URL again, "ws://" and all. Free it. */
char *address_url(const struct address *address);

#endif
