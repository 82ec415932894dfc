#include "step06_client/command.h"

#include "common/log.h"
#include "common/process.h"

#include <string.h>

static int usage(const struct options *options, const char *problem) {
    log_problem("%s: %s", options->command, problem);
    return OPTIONS_USAGE;
}

void command_init(struct command *command, struct options *options, const char *program,
                  const char *summary) {
    process_init();
    memset(command, 0, sizeof *command);
    command->client.handshake_timeout = 10000;
    command->client.max_message = 16777216;
    command->talk.wait = 1000;
    options_init(options, program, summary);
    options->operand_name = "URL";
    options_add_flag(options, "--binary", &command->talk.binary,
                     "send the input as it comes, as binary messages; print only bytes");
    options_add_flag(options, "--ping", &command->talk.ping, "send a ping first, and wait for it");
    options_add_list(options, "--header", "LINE", &command->offer.headers,
                     "one more header, as 'Authorization: Basic YTpi'; repeatable");
    options_add_list(options, "--subprotocol", "NAME", &command->offer.subprotocols,
                     "a subprotocol to offer; repeatable");
    options_add_text(options, "--origin", "ORIGIN", &command->offer.origin,
                     "say that a page of this origin connects, as https://example.com");
    options_add_seconds(options, "--wait", &command->talk.wait, 0,
                        "silence to wait for after the end of the input (default 1)");
    options_add_seconds(options, "--handshake-timeout", &command->client.handshake_timeout, 1,
                        "time for the connection to open (default 10)");
    options_add_number(options, "--max-message", "BYTES", &command->client.max_message,
                       CONNECTION_MESSAGE_MIN, UINT64_C(1) << 40,
                       "largest message to accept (default 16777216)");
    options_add_flag(options, "--quiet", &command->quiet, "print only messages and errors");
    options_add_flag(options, "--verbose", &command->verbose,
                     "show the handshake and draw every frame");
}

int command_parse(struct command *command, struct options *options, int argc, char **argv) {
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
    const char *problem = client_offer_problem(&command->offer);
    return problem != NULL ? usage(options, problem) : OPTIONS_GO_ON;
}

int command_run(const struct command *command) {
    struct client client;
    if (client_open(&client, &command->url, &command->offer, &command->client) != 0) {
        log_problem("%s", client.problem);
        return 1;
    }
    int status = talk(&client, &command->talk);
    client_free(&client);
    return status;
}
