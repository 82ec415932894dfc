#include "step07_deflate/permessage_parts.h"

static void shrink(void *context) {
    struct permessage_deflate *deflate = context;
    permessage_receiver_shrink(&deflate->receiver);
    permessage_sender_shrink(&deflate->sender);
}

static void relax(void *context) {
    struct permessage_deflate *deflate = context;
    permessage_receiver_relax(&deflate->receiver);
    permessage_sender_relax(&deflate->sender);
}

void permessage_deflate_init(struct permessage_deflate *deflate, const struct parameters *wishes,
                             bool is_server) {
    *deflate = (struct permessage_deflate){.is_server = is_server, .wishes = *wishes};
    deflate->extension = (struct extension){.rsv = FRAME_RSV1,
                                            .context = deflate,
                                            .receive = permessage_receive,
                                            .send = permessage_send,
                                            .shrink = shrink,
                                            .relax = relax};
}

/* What is agreed on is what one direction sends with, and what the other expects. */
static void agree(struct permessage_deflate *deflate) {
    const struct parameters *agreed = &deflate->agreed;
    bool server_takeover = !agreed->server_no_context_takeover;
    bool client_takeover = !agreed->client_no_context_takeover;
    unsigned server_bits = agreed->server_max_window_bits;
    unsigned client_bits = agreed->client_max_window_bits;
    deflate->is_agreed = true;
    deflate->sender.takeover = deflate->is_server ? server_takeover : client_takeover;
    deflate->sender.window_bits = deflate->is_server ? server_bits : client_bits;
    deflate->receiver.takeover = deflate->is_server ? client_takeover : server_takeover;
    deflate->receiver.window_bits = deflate->is_server ? client_bits : server_bits;
}

static const char *choose(void *context, struct http_text offers) {
    struct permessage_deflate *deflate = context;
    if (!parameters_choose(offers, &deflate->wishes, &deflate->agreed, deflate->answer)) {
        return NULL;
    }
    agree(deflate);
    return deflate->answer;
}

struct extensions_chooser permessage_deflate_chooser(struct permessage_deflate *deflate) {
    return (struct extensions_chooser){choose, deflate};
}

bool permessage_deflate_accept(void *context, struct http_text answer) {
    struct permessage_deflate *deflate = context;
    if (parameters_accept(answer, &deflate->wishes, &deflate->agreed)) {
        agree(deflate);
    }
    return deflate->is_agreed;
}

const struct extension *permessage_deflate_extension(struct permessage_deflate *deflate) {
    return deflate->is_agreed ? &deflate->extension : NULL;
}

void permessage_deflate_free(struct permessage_deflate *deflate) {
    permessage_receiver_free(&deflate->receiver);
    permessage_sender_free(&deflate->sender);
}
