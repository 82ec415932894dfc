/* address: a ws:// URL, RFC 6455 section 3. */
#ifndef WSCHECK_ADDRESS_H
#define WSCHECK_ADDRESS_H

#include <stdbool.h>

struct address {
    char name[256]; /* the host's name, or its address without the brackets of IPv6 */
    char port[8];   /* "80" if the URL has none */
    char host[300]; /* the value of the Host header */
    char *target;   /* the path and the query; "/" if the URL has none; free it */
};

/* Parses a URL. Returns false after one line on standard error that says what is wrong with it;
 * there is nothing to free then. */
bool address_parse(struct address *address, const char *url);

/* Fills in all but the target from the text between `start` and `end`: "name", "name:port" or
 * "[name]:port". Returns whether the text has one of these forms. */
bool address_split(struct address *address, const char *start, const char *end);

#endif
