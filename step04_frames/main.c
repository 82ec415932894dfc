/* Step 4: frames. The program decodes every frame that arrives, draws it byte by byte and unmasks
 * it. It sends nothing back yet. */
#include "common/log.h"
#include "step03_handshake/upgrade.h"
#include "step04_frames/frame_show.h"

#include <errno.h>
#include <string.h>

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser, connect and send\n"
    "      socket = new WebSocket('ws://{host}:{port}/')\n"
    "      socket.onopen = () => { socket.send('hello'); socket.close(1000, 'bye') }\n";

static void show_frames(struct tcp_connection *tcp, void *context) {
    uint8_t bytes[HTTP_HEAD_MAX]; /* as large as the buffer may get here, so it never grows */
    struct buffer buffer;
    size_t len;
    struct frame_show show;
    buffer_init(&buffer, bytes, sizeof bytes);
    if (upgrade_accept(tcp, context, &buffer, &len) != 0) {
        return;
    }
    frame_show_init(&show, tcp->number, "frame", true);
    for (;;) {
        size_t used = frame_show_all(&show, bytes, len);
        if (show.ended) {
            log_event(tcp->number, "ended without an answer: that is step 5");
            tcp_finish(tcp, TCP_FINISH_TIMEOUT);
            return;
        }
        /* What is left is the beginning of a frame whose end is still on its way. */
        len -= used;
        memmove(bytes, bytes + used, len);
        ssize_t count = tcp_read_limited(tcp, bytes + len, sizeof bytes - len);
        if (count <= 0) {
            log_event(tcp->number, "ended: %s",
                      count == 0 ? "closed by the peer" : tcp_problem(errno));
            return;
        }
        len += (size_t)count;
    }
}

int main(int argc, char **argv) {
    struct server server;
    struct upgrade_settings settings;
    server_init(&server, "step04_frames", "Step 4: draws the WebSocket frames that arrive.");
    upgrade_init(&settings, &server.options);
    server.hints = hints;
    server.threads.refusal = http_exchange_refusal;
    server.threads.buffer_size = HTTP_HEAD_MAX;
    server.threads.handle = show_frames;
    server.threads.context = &settings;
    return server_run(&server, argc, argv);
}
