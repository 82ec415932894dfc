#include "step06_client/client_options.h"

#include "common/log.h"
#include "common/process.h"

#include <stdlib.h>
#include <string.h>

static int usage(const struct options *options, const char *problem) {
    log_problem("%s: %s", options->command, problem);
    return OPTIONS_USAGE;
}

void client_options_init(struct client_options *command, struct options *options,
                         const char *program, const char *summary) {
    process_init();
    memset(command, 0, sizeof *command);
    command->client.handshake_timeout = 10000;
    command->client.max_message = LIMITS_MESSAGE_DEFAULT;
    command->loop.wait = 1000;
    command->close = "1000";
    options_init(options, program, summary);
    options->operand_name = "URL";
    options_add_flag(options, "--binary", &command->loop.binary,
                     "send the input as it is read, as binary messages; print them as they are");
    options_add_flag(options, "--one-message", &command->loop.one_message,
                     "send the whole input as one message");
    options_add_flag(options, "--ping", &command->loop.ping, "send a ping first, and wait for it");
    options_add_list(options, "--header", "LINE", &command->offer.headers,
                     "another header, as 'Authorization: Basic YTpi'; repeatable");
    options_add_list(options, "--subprotocol", "NAME", &command->offer.subprotocols,
                     "a subprotocol to offer; repeatable");
    options_add_text(options, "--origin", "ORIGIN", &command->offer.origin,
                     "the Origin header to send, as https://example.com");
    options_add_seconds(options, "--wait", &command->loop.wait, 0,
                        "silence after the end of the input, before closing");
    options_add_text(options, "--close", "CODE[:REASON]", &command->close,
                     "the code and the reason to close with, as 4000:bye");
    options_add_seconds(options, "--ping-interval", &command->client.limits.ping_interval, 0,
                        "silence before a ping, and before giving up; 0 = off");
    options_add_seconds(options, "--handshake-timeout", &command->client.handshake_timeout, 1,
                        "time for the connection to open");
    options_add_number(options, "--max-message", "BYTES", &command->client.max_message,
                       CONNECTION_MESSAGE_MIN, UINT64_C(1) << 40, "largest message to accept");
    options_add_flag(options, "--quiet", &command->quiet, "print only messages and errors");
    options_add_flag(options, "--verbose", &command->verbose,
                     "show the handshake and draw every frame");
}

/* Parses the argument of --close. Returns whether such a Close may be sent. */
static bool read_close(const char *text, struct client_loop_settings *loop) {
    uint8_t payload[CLOSE_PAYLOAD_MAX];
    struct close close;
    if (strspn(text, "0123456789") != 4 || (text[4] != ':' && text[4] != '\0')) {
        return false;
    }
    loop->close_code = (uint16_t)strtoul(text, NULL, 10);
    loop->close_reason = text[4] == ':' ? text + 5 : "";
    size_t length = close_encode(loop->close_code, loop->close_reason, payload);
    return length == 2 + strlen(loop->close_reason) &&
           close_decode(payload, length, &close) == CLOSE_OK;
}

int client_options_parse(struct client_options *command, struct options *options, int argc,
                         char **argv) {
    int status = options_parse(options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    command->client.trace = command->verbose && !command->quiet;
    log_set_level(command->quiet ? LOG_QUIET : command->verbose ? LOG_VERBOSE : LOG_NORMAL);
    if (options->operands.count != 1) {
        return usage(options, "needs one URL, as ws://127.0.0.1:8000/");
    }
    enum url_verdict verdict = url_parse(options->operands.item[0], &command->url);
    if (verdict != URL_OK) {
        return usage(options, url_verdict_sentence(verdict));
    }
    if (!read_close(command->close, &command->loop)) {
        return usage(options, "--close needs a code from 1000 to 1003, 1007 to 1014 or 3000 to "
                              "4999, and perhaps up to 123 bytes of UTF-8, as in 4000:bye");
    }
    const char *problem = client_offer_problem(&command->offer);
    return problem != NULL ? usage(options, problem) : OPTIONS_GO_ON;
}

int client_options_run(const struct client_options *command) {
    struct client client;
    if (client_open(&client, &command->url, &command->offer, &command->client) != 0) {
        log_problem("%s", client.problem);
        return 1;
    }
    int status = client_loop(&client, &command->loop);
    client_free(&client);
    return status;
}
