#include "step03_handshake/opening.h"

#include <string.h>

enum { TARGET_SHOWN_MAX = 128 };

/* Adds a label and a value to the line of the log, unless the value is NULL. */
static void add_value(struct text_builder *log, const char *label, const char *value) {
    if (value != NULL) {
        text_add(log, label);
        text_add(log, value);
    }
}

/* Writes the line for the log, such as "open: /chat, subprotocol chat". It lies where other replies
 * have their sentence. */
static void write_log_line(struct reply *reply, const struct handshake *handshake,
                           const struct http_request *request) {
    const struct http_text *target = &request->target;
    struct text_builder log;
    text_begin(&log, reply->sentence, sizeof reply->sentence);
    text_add(&log, "open: ");
    text_printable(target->start, target->length, log.out + log.length, TARGET_SHOWN_MAX);
    log.length += strlen(log.out + log.length);
    add_value(&log, ", subprotocol ", handshake->subprotocol);
    if (handshake->subprotocol == NULL &&
        http_header_count(&request->head, "Sec-WebSocket-Protocol") > 0) {
        text_add(&log, ", none of the subprotocols asked for (--subprotocol)");
    }
    add_value(&log, ", extension ", handshake->extension);
    reply->log = reply->sentence;
    reply->log_length = (int)log.length;
}

/* Makes the 101, after which both sides send frames. */
static void make_101(struct reply *reply, const char *program, const struct handshake *handshake,
                     time_t now) {
    struct text_builder head;
    text_begin(&head, reply->head, sizeof reply->head);
    http_response_begin(&head, 101, program, now);
    handshake_add_headers(&head, handshake);
    text_add(&head, "\r\n");
    reply->status = 101;
    reply->head_size = head.length;
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
    make_101(&opening->reply, site->program, &opening->handshake, now);
    write_log_line(&opening->reply, &opening->handshake, request);
}
