/* Step 2: reads one HTTP request from the stream of bytes, shows it, and sends a reply. */
#include "common/log.h"
#include "common/text.h"
#include "step02_http/http_exchange.h"
#include "step02_http/http_log.h"

enum { LENT_SIZE = 2048 }; /* enough for most heads */

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser\n"
    "      curl -v http://{host}:{port}/nowhere\n"
    "      printf 'GET / HTTP/1.1\\r\\n\\r\\n' | nc {address} {port}   (a 400: no Host)\n";

static void show_request(const struct http_exchange *exchange) {
    const struct http_request *request = &exchange->request;
    char method[64], target[256];
    log_event(exchange->tcp->number, "%s %s HTTP/%d.%d, %zu bytes of head",
              text_printable(request->method.start, request->method.length, method, sizeof method),
              text_printable(request->target.start, request->target.length, target, sizeof target),
              request->head.version / 10, request->head.version % 10, request->head.size);
    http_log_headers(exchange->tcp->number, &request->head, NULL);
}

static void serve(struct tcp_connection *tcp, void *context) {
    uint8_t lent[LENT_SIZE];
    struct buffer buffer;
    struct http_exchange exchange = {.tcp = tcp, .settings = context};
    buffer_init(&buffer, lent, sizeof lent);
    if (http_exchange_receive(&exchange, &buffer) == 0) {
        show_request(&exchange);
        http_exchange_page(&exchange);
    }
    buffer_free(&buffer);
}

int main(int argc, char **argv) {
    struct server server;
    struct http_exchange_settings settings;
    server_init(&server, "step02_http", "Step 2: answers HTTP requests, with a page at /.");
    http_exchange_init(&settings, &server.options);
    server.hints = hints;
    server.threads.refusal = http_exchange_refusal;
    server.threads.buffer_size = LENT_SIZE;
    server.threads.handle = serve;
    server.threads.context = &settings;
    return server_run(&server, argc, argv);
}
