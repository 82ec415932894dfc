#include "step03_handshake/upgrade.h"

#include "common/log.h"
#include "common/text.h"
#include "step02_http/response.h"
#include "step03_handshake/origin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void upgrade_init(struct upgrade_settings *settings, struct options *options) {
    memset(settings, 0, sizeof *settings);
    exchange_init(&settings->exchange, options);
    options_add_list(options, "--origin", "ORIGIN", &settings->origins,
                     "allow only pages of this origin, as https://example.com; repeatable");
    options_add_list(options, "--subprotocol", "NAME", &settings->subprotocols,
                     "a subprotocol to speak; repeatable (default chat)");
}

int upgrade_check_settings(struct upgrade_settings *settings) {
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
        /* A word of the command line may be written to. */
        char *origin = (char *)(uintptr_t)settings->origins.item[i];
        if (!origin_normalize(origin)) {
            fprintf(stderr,
                    "%s: --origin needs a scheme and a host such as https://example.com, with a "
                    "port if need be, without a path, or null, not '%s'\n",
                    settings->exchange.site.program, origin);
            return OPTIONS_USAGE;
        }
    }
    if (settings->subprotocols.count == 0) {
        settings->subprotocols.item[settings->subprotocols.count++] = "chat";
    }
    return OPTIONS_GO_ON;
}

static void log_upgrade(const struct exchange *exchange, const struct handshake *handshake) {
    const struct http_text *target = &exchange->request.target;
    char shown[128];
    bool asked = http_header_count(&exchange->request.head, "Sec-WebSocket-Protocol") > 0;
    log_event(exchange->tcp->number, "open: %s%s%s%s%s",
              text_printable(target->start, target->length, shown, sizeof shown),
              handshake->subprotocol != NULL ? ", subprotocol "
              : asked ? ", none of the subprotocols asked for (--subprotocol)"
                      : "",
              handshake->subprotocol != NULL ? handshake->subprotocol : "",
              handshake->extension != NULL ? ", extension " : "",
              handshake->extension != NULL ? handshake->extension : "");
    log_verbose(exchange->tcp->number, "  Sec-WebSocket-Accept: %s", handshake->accept);
}

/* Puts the line of an extension in front of the empty line that ends the head, which is the first
 * part. Returns how many parts there are now. */
static size_t add_extension(struct iovec parts[4], const char *extension) {
    static const char name[] = "Sec-WebSocket-Extensions: ", end[] = "\r\n\r\n";
    parts[0].iov_len -= strlen("\r\n");
    parts[1] = (struct iovec){(char *)name, strlen(name)};
    parts[2] = (struct iovec){(char *)extension, strlen(extension)};
    parts[3] = (struct iovec){(char *)end, strlen(end)};
    return 4;
}

/* Sends the 101. From here on the bytes in both directions are frames. */
static int send_upgrade(struct exchange *exchange, const struct handshake *handshake) {
    char headers[HANDSHAKE_HEADERS_MAX], head[RESPONSE_HEAD_MAX];
    handshake_headers(handshake, headers);
    struct response response = {101, exchange->settings->site.program, time(NULL), headers, NULL,
                                0};
    struct iovec parts[4] = {{head, response_head(&response, head, sizeof head)}};
    size_t count = handshake->extension != NULL ? add_extension(parts, handshake->extension) : 1;
    if (tcp_write(exchange->tcp, parts, count) != 0) {
        log_event(exchange->tcp->number, "the 101 could not be sent: %s", strerror(errno));
        return -1;
    }
    log_upgrade(exchange, handshake);
    return 0;
}

int upgrade_accept(struct tcp_connection *tcp, const struct upgrade_settings *settings,
                   struct buffer *buffer, size_t *received) {
    struct exchange exchange = {.tcp = tcp, .settings = &settings->exchange};
    struct handshake_policy policy = {settings->origins.item, settings->origins.count,
                                      settings->subprotocols.item, settings->subprotocols.count,
                                      settings->chooser};
    struct handshake handshake;
    if (exchange_receive(&exchange, buffer) != 0) {
        return -1;
    }
    if (!handshake_is_wanted(&exchange.request)) {
        exchange_page(&exchange);
        return -1;
    }
    enum handshake_verdict verdict = handshake_check(&exchange.request, &policy, &handshake);
    if (log_is_verbose()) {
        exchange_log_headers(&exchange, NULL);
    } else if (verdict == HANDSHAKE_FORBIDDEN_ORIGIN) {
        exchange_log_headers(&exchange, "Origin");
    }
    if (verdict != HANDSHAKE_ACCEPTED) {
        exchange_answer(&exchange, handshake_status(verdict), handshake_error_headers(verdict),
                        handshake_sentence(verdict));
        return -1;
    }
    if (send_upgrade(&exchange, &handshake) != 0) {
        return -1;
    }
    *received = exchange.received - exchange.request.head.size;
    buffer_shrink(buffer, exchange.request.head.size, *received);
    return 0;
}
