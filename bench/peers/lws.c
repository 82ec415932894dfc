/* libwebsockets as an echo server for the bench: one thread, an event loop, no extensions. It
 * gathers whole messages, queues them, and writes as long as the socket takes more. */
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { BUFFER_SIZE = 128 * 1024 };

struct message {
    struct message *next;
    enum lws_write_protocol kind;
    size_t size, capacity;
    unsigned char bytes[]; /* LWS_PRE for the header, then the payload */
};

struct session {
    struct message *gathering; /* the message that is arriving */
    struct message *first, **last;
};

/* Appends a piece of a message. Makes room for the whole payload that its frame announces. */
static int gather(struct lws *wsi, struct session *session, const void *bytes, size_t size) {
    struct message *message = session->gathering;
    size_t used = message != NULL ? message->size : 0;
    if (message == NULL || used + size > message->capacity) {
        size_t capacity = used + size + lws_remaining_packet_payload(wsi);
        message = realloc(message, sizeof *message + LWS_PRE + capacity);
        if (message == NULL) {
            return -1;
        }
        message->capacity = capacity;
        message->size = used;
        session->gathering = message;
    }
    memcpy(message->bytes + LWS_PRE + used, bytes, size);
    message->size += size;
    if (lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0) {
        message->kind = lws_frame_is_binary(wsi) ? LWS_WRITE_BINARY : LWS_WRITE_TEXT;
        message->next = NULL;
        *session->last = message;
        session->last = &message->next;
        session->gathering = NULL;
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static void drop_first(struct session *session) {
    struct message *message = session->first;
    session->first = message->next;
    if (session->first == NULL) {
        session->last = &session->first;
    }
    free(message);
}

static int write_queue(struct lws *wsi, struct session *session) {
    while (session->first != NULL && !lws_send_pipe_choked(wsi)) {
        struct message *message = session->first;
        int sent = lws_write(wsi, message->bytes + LWS_PRE, message->size, message->kind);
        if (sent < (int)message->size) {
            return -1;
        }
        drop_first(session);
    }
    if (session->first != NULL) {
        lws_callback_on_writable(wsi);
    }
    return 0;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len) {
    struct session *session = user;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
        memset(session, 0, sizeof *session);
        session->last = &session->first;
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return gather(wsi, session, in, len);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_queue(wsi, session);
    case LWS_CALLBACK_CLOSED:
        while (session->first != NULL) {
            drop_first(session);
        }
        free(session->gathering);
        return 0;
    default:
        return 0;
    }
}

int main(void) {
    static const struct lws_protocols protocols[] = {
        {"echo", on_event, sizeof(struct session), BUFFER_SIZE, 0, NULL, 0},
        {NULL, NULL, 0, 0, 0, NULL, 0}};
    struct lws_context_creation_info info;
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    memset(&info, 0, sizeof info);
    info.port = 0;
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.pt_serv_buf_size = BUFFER_SIZE;
    info.options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context *context = lws_create_context(&info);
    struct lws_vhost *vhost = context != NULL ? lws_create_vhost(context, &info) : NULL;
    if (vhost == NULL) {
        return EXIT_FAILURE;
    }
    printf("listening on ws://127.0.0.1:%d/\n", lws_get_vhost_listen_port(vhost));
    fflush(stdout);
    while (lws_service(context, 0) >= 0) {
    }
    lws_context_destroy(context);
    return EXIT_SUCCESS;
}
