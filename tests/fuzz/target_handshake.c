/* The opening handshake's decision of step 3, about every request head that can be parsed, with the
 * policies of four servers: verdict, accept value, subprotocol and header lines.
 *
 *     every byte    what a client sends
 */
#include "step02_http/http_response.h"
#include "tests/fuzz/oracle_http.h"

#include <stdlib.h>
#include <string.h>

static const char *const origins[] = {"https://example.com", "null"};
static const char *const subprotocols[] = {"chat", "superchat", "v2.chat"};

static void check_answer(enum handshake_verdict verdict) {
    int status = handshake_status(verdict);
    fuzz_check(status == 101 || (status >= 400 && status < 500), "the status is %d", status);
    fuzz_check(strlen(handshake_sentence(verdict)) > 10, "there is no sentence");
    const char *headers = handshake_error_headers(verdict);
    bool names_version = strstr(headers, "Sec-WebSocket-Version: 13\r\n") != NULL;
    fuzz_check(names_version == (status == 426), "status %d, headers %s", status, headers);
}

/* The lines of the 101, written here in one piece. */
static void check_headers(const struct handshake *handshake) {
    char lines[HTTP_RESPONSE_HEAD_MAX];
    struct text_builder built;
    struct fuzz_bytes wanted = {0}, got = {0};
    fuzz_add_text(&wanted,
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
                  handshake->accept);
    if (handshake->subprotocol != NULL) {
        fuzz_add_text(&wanted, "Sec-WebSocket-Protocol: %s\r\n", handshake->subprotocol);
    }
    text_begin(&built, lines, sizeof lines);
    handshake_add_headers(&built, handshake);
    fuzz_add_text(&got, "%s", lines);
    fuzz_check_same(&got, &wanted, "header lines");
    fuzz_bytes_free(&got);
    fuzz_bytes_free(&wanted);
}

static void check(const struct http_request *request, const struct oracle_request *parsed,
                  const struct handshake_policy *policy) {
    struct handshake handshake;
    char accept[HANDSHAKE_ACCEPT_SIZE] = "";
    const char *subprotocol = NULL;
    enum handshake_verdict wanted = oracle_handshake(parsed, policy, accept, &subprotocol);
    enum handshake_verdict verdict = handshake_check(request, policy, &handshake);
    fuzz_check(verdict == wanted, "the verdict is %d, not %d", (int)verdict, (int)wanted);
    check_answer(verdict);
    if (verdict == HANDSHAKE_ACCEPTED) {
        fuzz_check(strcmp(handshake.accept, accept) == 0, "accept is %s, not %s", handshake.accept,
                   accept);
        fuzz_check(handshake.subprotocol == subprotocol, "another subprotocol is chosen");
        fuzz_check(handshake_is_wanted(request), "it was not even wanted");
        check_headers(&handshake);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct handshake_policy policies[] = {{NULL, 0, NULL, 0, {NULL, NULL}},
                                                       {NULL, 0, subprotocols, 1, {NULL, NULL}},
                                                       {NULL, 0, subprotocols, 3, {NULL, NULL}},
                                                       {origins, 2, subprotocols, 3, {NULL, NULL}}};
    struct http_request request;
    struct oracle_request parsed;
    char *exact = fuzz_copy(data, size);
    http_request_init(&request);
    if (http_request_parse(&request, exact, size) == HTTP_COMPLETE) {
        oracle_http(exact, size, &parsed);
        fuzz_check(handshake_is_wanted(&request) == oracle_wants_handshake(&parsed),
                   "whether a handshake is wanted");
        for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
            check(&request, &parsed, &policies[i]);
        }
    }
    free(exact);
    return 0;
}
