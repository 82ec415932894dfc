/* address: a ws:// URL, RFC 6455 section 3. */
#ifndef WSCHECK_ADDRESS_H
#define WSCHECK_ADDRESS_H

#include <stdbool.h>

struct address {
    char name[256]; /* of the host, without the brackets of an IPv6 address */
    char port[8];   /* "80" if the URL has none */
    char host[300]; /* the value of the Host header */
    char *target;   /* the path and the query; "/" if the URL has none; free it */
};

/* Takes a URL apart. Returns false after one line on standard error that says what is wrong with
 * it: then there is nothing to free. */
bool address_parse(struct address *address, const char *url);

/* Fills in all but the target from what stands in front of it: "name", "name:port" or
 * "[name]:port". Returns whether it is so. */
bool address_split(struct address *address, const char *start, const char *end);

#endif
