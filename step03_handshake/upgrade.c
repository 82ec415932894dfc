#include "step03_handshake/upgrade.h"

#include "common/log.h"
#include "step02_http/http_log.h"
#include "step03_handshake/opening.h"
#include "step03_handshake/origin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The check that upgrade_init adds to the options. */
static int check_settings(void *value) {
    struct upgrade_settings *settings = value;
    for (size_t i = 0; i < settings->subprotocols.count; i++) {
        const char *name = settings->subprotocols.item[i];
        struct http_text text = {name, strlen(name)};
        if (!http_is_token(text) || text.length > HANDSHAKE_SUBPROTOCOL_MAX) {
            fprintf(stderr, "%s: --subprotocol needs a token such as chat.v2, not '%s'\n",
                    settings->exchange.site.program, name);
            return OPTIONS_USAGE;
        }
    }
    for (size_t i = 0; i < settings->origins.count; i++) {
        /* A program may write to its argv (C11, 5.1.2.2.1). */
        char *origin = (char *)(uintptr_t)settings->origins.item[i];
        if (!origin_normalize(origin)) {
            fprintf(
                stderr,
                "%s: --origin needs a scheme and a host such as https://example.com, perhaps with "
                "a port, but without a path, or null, not '%s'\n",
                settings->exchange.site.program, origin);
            return OPTIONS_USAGE;
        }
    }
    if (settings->subprotocols.count == 0) {
        settings->subprotocols.item[settings->subprotocols.count++] = "chat";
    }
    return OPTIONS_GO_ON;
}

void upgrade_init(struct upgrade_settings *settings, struct options *options) {
    memset(settings, 0, sizeof *settings);
    http_exchange_init(&settings->exchange, options);
    options_add_list(options, "--origin", "ORIGIN", &settings->origins,
                     "allow only pages of this origin, such as https://example.com; repeatable");
    options_add_list(options, "--subprotocol", "NAME", &settings->subprotocols,
                     "a subprotocol to speak; repeatable (default chat)");
    options_add_check(options, check_settings, settings);
}

struct handshake_policy upgrade_policy(const struct upgrade_settings *settings) {
    return (struct handshake_policy){settings->origins.item, settings->origins.count,
                                     settings->subprotocols.item, settings->subprotocols.count,
                                     settings->chooser};
}

void upgrade_log_request(uint64_t number, const struct http_request *request,
                         enum handshake_verdict verdict) {
    if (log_is_verbose()) {
        http_log_headers(number, &request->head, NULL);
    } else if (verdict == HANDSHAKE_FORBIDDEN_ORIGIN) {
        http_log_headers(number, &request->head, "Origin");
    }
}

int upgrade_accept(struct tcp_connection *tcp, const struct upgrade_settings *settings,
                   struct buffer *buffer, size_t *received) {
    struct http_exchange exchange = {.tcp = tcp, .settings = &settings->exchange};
    const struct handshake_policy policy = upgrade_policy(settings);
    struct opening opening;
    if (http_exchange_receive(&exchange, buffer) != 0) {
        return -1;
    }
    opening_decide(&opening, &settings->exchange.site, &policy, &exchange.request, time(NULL));
    if (opening.is_open || opening.verdict != HANDSHAKE_ACCEPTED) {
        upgrade_log_request(tcp->number, &exchange.request, opening.verdict);
    }
    if (!opening.is_open) {
        http_exchange_send(&exchange, &opening.reply);
        return -1;
    }
    struct iovec head = {opening.reply.head, opening.reply.head_size};
    if (tcp_write(tcp, &head, 1) != 0) {
        log_event(tcp->number, "the 101 could not be sent: %s", strerror(errno));
        return -1;
    }
    log_event(tcp->number, "%.*s", opening.reply.log_length, opening.reply.log);
    log_verbose(tcp->number, "  Sec-WebSocket-Accept: %s", opening.handshake.accept);
    *received = exchange.received - exchange.request.head.size;
    buffer_shrink(buffer, exchange.request.head.size, *received);
    return 0;
}
