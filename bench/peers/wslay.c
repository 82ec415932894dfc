/* wslay as an echo server for the bench. wslay only frames, so the server around it is this
 * project's, with a thread per connection: wslay stands where step 5 does. It is fed from one
 * large read and its output is gathered for one write, for it would make a system call for each
 * header otherwise. */
#include "step03_handshake/upgrade.h"

#include <string.h>
#include <wslay/wslay.h>

enum { BUFFER_SIZE = 128 * 1024, WAIT = 300000, MESSAGE_MAX = 64 << 20 };

struct echo {
    struct tcp_connection *tcp;
    uint8_t in[BUFFER_SIZE], out[BUFFER_SIZE];
    size_t in_begin, in_end, out_size;
};

static ssize_t on_receive(wslay_event_context_ptr wslay, uint8_t *data, size_t size, int flags,
                          void *context) {
    struct echo *echo = context;
    size_t left = echo->in_end - echo->in_begin;
    (void)flags;
    if (left == 0) {
        wslay_event_set_error(wslay, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size = size < left ? size : left;
    memcpy(data, echo->in + echo->in_begin, size);
    echo->in_begin += size;
    return (ssize_t)size;
}

static int flush(struct echo *echo, const void *more, size_t size) {
    struct iovec parts[] = {{echo->out, echo->out_size}, {(void *)more, size}};
    echo->out_size = 0;
    return parts[0].iov_len + size == 0 ? 0 : tcp_write(echo->tcp, parts, 2);
}

static ssize_t on_send(wslay_event_context_ptr wslay, const uint8_t *data, size_t size, int flags,
                       void *context) {
    struct echo *echo = context;
    (void)flags;
    if (size <= sizeof echo->out - echo->out_size) {
        memcpy(echo->out + echo->out_size, data, size);
        echo->out_size += size;
    } else if (flush(echo, data, size) != 0) {
        wslay_event_set_error(wslay, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    return (ssize_t)size;
}

static void on_message(wslay_event_context_ptr wslay, const struct wslay_event_on_msg_recv_arg *arg,
                       void *context) {
    (void)context;
    if (!wslay_is_ctrl_frame(arg->opcode)) {
        struct wslay_event_msg reply = {arg->opcode, arg->msg, arg->msg_length};
        wslay_event_queue_msg(wslay, &reply);
    }
}

static void serve(struct tcp_connection *tcp, void *context) {
    const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_receive, .send_callback = on_send, .on_msg_recv_callback = on_message};
    struct echo echo;
    struct buffer buffer; /* as large as a head may be, so it does not grow */
    wslay_event_context_ptr wslay;
    echo.tcp = tcp;
    echo.in_begin = 0;
    echo.out_size = 0;
    buffer_init(&buffer, echo.in, sizeof echo.in);
    if (upgrade_accept(tcp, context, &buffer, &echo.in_end) != 0 ||
        wslay_event_context_server_init(&wslay, &callbacks, &echo) != 0) {
        return;
    }
    wslay_event_config_set_max_recv_msg_length(wslay, MESSAGE_MAX);
    while (wslay_event_recv(wslay) == 0 && wslay_event_send(wslay) == 0 &&
           flush(&echo, NULL, 0) == 0 &&
           (wslay_event_want_read(wslay) || wslay_event_want_write(wslay))) {
        ssize_t count = tcp_read(tcp, echo.in, sizeof echo.in, WAIT);
        if (count <= 0) {
            break;
        }
        echo.in_begin = 0;
        echo.in_end = (size_t)count;
    }
    wslay_event_context_free(wslay);
}

int main(int argc, char **argv) {
    struct server server;
    struct upgrade_settings upgrade;
    server_init(&server, "bench_wslay", "wslay as an echo server.");
    upgrade_init(&upgrade, &server.options);
    server.hints = "";
    server.pool.refusal = exchange_refusal;
    server.pool.buffer_size = sizeof(struct echo);
    server.pool.handle = serve;
    server.pool.context = &upgrade;
    return server_run(&server, argc, argv);
}
