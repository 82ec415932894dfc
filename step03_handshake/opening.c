#include "step03_handshake/opening.h"

#include "common/text.h"

#include <stdio.h>

static void accept(struct reply *reply, const char *program, const struct handshake *handshake,
                   time_t now) {
    char headers[HANDSHAKE_HEADERS_MAX];
    handshake_headers(handshake, headers);
    struct response response = {101, program, now, headers, NULL, 0};
    reply->status = response.status;
    reply->head_size = response_head(&response, reply->head, sizeof reply->head);
    reply->body_size = 0;
}

void opening_decide(struct opening *opening, const struct site *site,
                    const struct handshake_policy *policy, const struct http_request *request,
                    time_t now) {
    opening->verdict = HANDSHAKE_ACCEPTED;
    opening->is_open = false;
    if (!handshake_is_wanted(request)) {
        reply_page(&opening->reply, site, request, now);
        return;
    }
    opening->verdict = handshake_check(request, policy, &opening->handshake);
    if (opening->verdict != HANDSHAKE_ACCEPTED) {
        reply_sentence(&opening->reply, site, request, now, handshake_status(opening->verdict),
                       handshake_error_headers(opening->verdict),
                       handshake_sentence(opening->verdict));
        return;
    }
    opening->is_open = true;
    accept(&opening->reply, site->program, &opening->handshake, now);
}

char *opening_log(const struct opening *opening, const struct http_request *request,
                  char out[OPENING_LOG_MAX]) {
    const struct handshake *handshake = &opening->handshake;
    const char *subprotocol = handshake->subprotocol, *extension = handshake->extension;
    bool asked = http_header_count(&request->head, "Sec-WebSocket-Protocol") > 0;
    char target[128];
    snprintf(out, OPENING_LOG_MAX, "open: %s%s%s%s%s",
             text_printable(request->target.start, request->target.length, target, sizeof target),
             subprotocol != NULL ? ", subprotocol "
             : asked             ? ", none of the subprotocols asked for (--subprotocol)"
                                 : "",
             subprotocol != NULL ? subprotocol : "", extension != NULL ? ", extension " : "",
             extension != NULL ? extension : "");
    return out;
}
