/* Step 2: one HTTP request out of the stream of bytes, parsed and shown, and a reply. */
#include "common/log.h"
#include "common/text.h"
#include "step02_http/exchange.h"

static const char hints[] =
    "try:  open http://{host}:{port}/ in a browser\n"
    "      curl -v http://{host}:{port}/nowhere\n"
    "      printf 'GET / HTTP/1.1\\r\\n\\r\\n' | nc {host} {port}   (a 400: no Host)\n";

static void show_request(uint64_t number, const struct http_request *request) {
    char name[64], value[256];
    log_event(number, "%s %s HTTP/%d.%d, %zu bytes of head",
              text_printable(request->method.start, request->method.length, name, sizeof name),
              text_printable(request->target.start, request->target.length, value, sizeof value),
              request->version / 10, request->version % 10, request->head_size);
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        log_event(number, "  %s: %s",
                  text_printable(header->name.start, header->name.length, name, sizeof name),
                  text_printable(header->value.start, header->value.length, value, sizeof value));
    }
}

static void serve(struct tcp_connection *tcp, void *context) {
    char head[HTTP_HEAD_MAX];
    struct exchange exchange = {.tcp = tcp, .settings = context};
    if (exchange_receive(&exchange, head, sizeof head) == 0) {
        show_request(tcp->number, &exchange.request);
        exchange_page(&exchange);
    }
}

int main(int argc, char **argv) {
    struct options options;
    struct server server;
    struct exchange_settings settings;
    options_init(&options, "step02_http", "Step 2: answers HTTP requests, with a page at /.");
    server_init(&server, &options);
    exchange_init(&settings, &options);
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    server.hints = hints;
    server.pool.refusal = exchange_refusal;
    server.pool.buffer_size = HTTP_HEAD_MAX;
    server.pool.handle = serve;
    server.pool.context = &settings;
    return server_run(&server);
}
