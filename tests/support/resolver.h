/* resolver: names that are lists of addresses, in place of those of this machine: what is looked up
 * as "127.0.0.1,[::1]:8000" has these two addresses. A test puts it in a module's place of
 * getaddrinfo, so that nothing depends on what names stand for here. */
#ifndef TESTS_SUPPORT_RESOLVER_H
#define TESTS_SUPPORT_RESOLVER_H

#include <netdb.h>

enum { RESOLVER_MAX = 40 /* addresses of a name */ };

/* What the calls of these names do; an address without a port has that of `service`. The next
 * look-up writes over the last. */
int resolver_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                         struct addrinfo **found);
void resolver_freeaddrinfo(struct addrinfo *found);

#endif
