#include "tests/support/resolver.h"

#include "tests/support/test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads an address, "127.0.0.1:80" or "[::1]:80" or either without a port. */
static void read_address(const char *text, const char *service, struct addrinfo *info,
                         struct sockaddr_in6 *six) {
    struct sockaddr_in *four = (struct sockaddr_in *)six;
    bool is_four = text[0] != '[' && strstr(text, "::") == NULL;
    char host[64];
    const char *port = text[0] == '[' ? strchr(text, ']') + 1 : is_four ? strchr(text, ':') : NULL;
    size_t length = port != NULL ? (size_t)(port - text) : strlen(text);
    snprintf(host, sizeof host, "%.*s", (int)length, text);
    port = port != NULL && *port == ':' ? port + 1 : service != NULL ? service : "0";
    in_port_t number = htons((uint16_t)strtoul(port, NULL, 10));
    if (is_four) {
        *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = number};
        CHECK_EQUAL(inet_pton(AF_INET, host, &four->sin_addr), 1);
    } else {
        host[strcspn(host, "]")] = '\0';
        *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = number};
        CHECK_EQUAL(inet_pton(AF_INET6, host + (host[0] == '['), &six->sin6_addr), 1);
    }
    *info = (struct addrinfo){.ai_family = is_four ? AF_INET : AF_INET6};
    info->ai_addr = (struct sockaddr *)six;
    info->ai_addrlen = is_four ? sizeof *four : sizeof *six;
}

int resolver_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                         struct addrinfo **found) {
    static struct sockaddr_in6 addresses[RESOLVER_MAX];
    static struct addrinfo infos[RESOLVER_MAX];
    size_t count = 0;
    for (const char *at = host; *at != '\0' && count < RESOLVER_MAX; count++) {
        char text[64];
        size_t length = strcspn(at, ",");
        snprintf(text, sizeof text, "%.*s", (int)length, at);
        read_address(text, service, &infos[count], &addresses[count]);
        infos[count].ai_socktype = hints->ai_socktype;
        if (count > 0) {
            infos[count - 1].ai_next = &infos[count];
        }
        at += length + (at[length] == ',');
    }
    *found = infos;
    return 0;
}

void resolver_freeaddrinfo(struct addrinfo *found) {
    (void)found;
}
