/* The request head of step 2, and step 3's decision on each good head. The parser and the decision
 * are compared with the oracle. The result must be the same however the bytes are cut and wherever
 * they lie, and for a head that is written from what was parsed.
 *
 *     byte 0    six bits: which of the lines below are sent
 *     the rest  what a client sends after these lines; if the request line is not among them, the
 *               first line of the rest comes before them
 */
#include "step02_http/http_response.h"
#include "tests/fuzz/oracle_http.h"

#include <stdlib.h>
#include <string.h>

enum { MOVES_MAX = 64, LISTS_MAX = 10, INPUT_MAX = HTTP_HEAD_MAX + 64 };

static const char *const request_lines[] = {"GET / HTTP/1.1\r\n",
                                            "Host: a\r\n",
                                            "Upgrade: websocket\r\n",
                                            "Connection: upgrade\r\n",
                                            "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\r\n",
                                            "Sec-WebSocket-Version: 13\r\n"};

static const char *const origins[] = {"https://example.com", "null"};
static const char *const subprotocols[] = {"chat", "superchat", "v2.chat"};
static const struct handshake_policy policies[] = {{NULL, 0, NULL, 0, {NULL, NULL}},
                                                   {NULL, 0, subprotocols, 1, {NULL, NULL}},
                                                   {NULL, 0, subprotocols, 3, {NULL, NULL}},
                                                   {origins, 2, subprotocols, 3, {NULL, NULL}}};

static void check_text(struct head_text wanted, struct http_text text, const char *what) {
    fuzz_check(text.length == wanted.length && memcmp(text.start, wanted.start, text.length) == 0,
               "the %s is not what was sent", what);
}

static void check_request(const struct http_request *request, const struct oracle_request *wanted) {
    check_text(wanted->method, request->method, "method");
    check_text(wanted->target, request->target, "target");
    fuzz_check(request->head.version == wanted->version, "the version is %d",
               request->head.version);
    fuzz_check(request->head.size == wanted->head_size, "the head has %zu bytes",
               request->head.size);
    fuzz_check(request->head.header_count == wanted->header_count, "there are %zu headers",
               request->head.header_count);
    for (size_t i = 0; i < request->head.header_count; i++) {
        struct http_header header = http_header_at(&request->head, i);
        check_text(wanted->names[i], header.name, "name of a header");
        check_text(wanted->values[i], header.value, "value of a header");
    }
}

/* Parses the bytes in random pieces. Each time the buffer has moved and is exactly full. */
static void parse_in_pieces(const char *bytes, size_t length, size_t piece_most,
                            const struct oracle_request *wanted) {
    struct http_request request;
    struct fuzz_dice dice;
    enum http_verdict verdict = HTTP_INCOMPLETE;
    char *exact = fuzz_copy(bytes, 0);
    fuzz_dice_init(&dice, (uint32_t)length);
    http_request_init(&request);
    for (size_t given = 0; given < length && verdict == HTTP_INCOMPLETE;) {
        given += 1 + fuzz_roll(&dice, piece_most);
        given = given < length ? given : length;
        free(exact);
        exact = fuzz_copy(bytes, given);
        verdict = http_request_parse(&request, exact, given);
    }
    fuzz_check(verdict == wanted->verdict, "in pieces the verdict is %d, not %d", (int)verdict,
               (int)wanted->verdict);
    if (verdict == HTTP_COMPLETE) {
        check_request(&request, wanted);
    }
    free(exact);
}

static char *string_of(const char *start, size_t length) {
    char *string = fuzz_resize(NULL, length + 1);
    memcpy(string, start, length);
    string[length] = '\0';
    return string;
}

static void check_elements(const struct http_request *request, const char *name,
                           struct http_text value, struct head_text wanted) {
    struct http_text element;
    struct head_text wanted_element;
    while (head_next_element(&wanted, &wanted_element)) {
        char *string = string_of(wanted_element.start, wanted_element.length);
        fuzz_check(http_list_next(&value, &element), "elements of a list are missing");
        check_text(wanted_element, element, "element of a list");
        fuzz_check(http_header_lists(&request->head, name, string), "the list lacks %s", string);
        free(string);
    }
    fuzz_check(!http_list_next(&value, &element), "a list has more elements");
}

static void check_lists(const struct http_request *request, const struct oracle_request *wanted) {
    for (size_t i = 0; i < wanted->header_count && i < LISTS_MAX; i++) {
        char *name = string_of(wanted->names[i].start, wanted->names[i].length);
        struct http_text value;
        struct head_text wanted_value;
        size_t from = 0;
        fuzz_check(http_header_count(&request->head, name) ==
                       oracle_count(wanted, name, &wanted_value),
                   "the number of headers of one name is wrong");
        for (size_t at = 0; head_header(&wanted->head, name, &at, &wanted_value);) {
            fuzz_check(http_header_next(&request->head, name, &from, &value), "values are missing");
            check_text(wanted_value, value, "value of a name");
            check_elements(request, name, value, wanted_value);
        }
        fuzz_check(!http_header_next(&request->head, name, &from, &value), "there are more values");
        free(name);
    }
}

/* Writes what was parsed in its plainest form. Parsing that must give the same. */
static void check_written_anew(const struct http_request *request) {
    struct wire anew = {0};
    struct http_request again;
    wire_add(&anew, request->method.start, request->method.length);
    fuzz_add_text(&anew, " ");
    wire_add(&anew, request->target.start, request->target.length);
    fuzz_add_text(&anew, " HTTP/1.%d\r\n", request->head.version - 10);
    for (size_t i = 0; i < request->head.header_count; i++) {
        struct http_header header = http_header_at(&request->head, i);
        wire_add(&anew, header.name.start, header.name.length);
        fuzz_add_text(&anew, ":");
        wire_add(&anew, header.value.start, header.value.length);
        fuzz_add_text(&anew, "\r\n");
    }
    fuzz_add_text(&anew, "\r\n");
    http_request_init(&again);
    enum http_verdict verdict = http_request_parse(&again, (const char *)anew.bytes, anew.len);
    fuzz_check(verdict == HTTP_COMPLETE, "written anew the verdict is %d", (int)verdict);
    fuzz_check(again.head.size == anew.len &&
                   again.head.header_count == request->head.header_count &&
                   again.head.version == request->head.version,
               "written anew the request has changed");
    struct http_text path = http_request_path(request), same_path = http_request_path(&again);
    fuzz_check(path.length == same_path.length &&
                   memcmp(path.start, same_path.start, path.length) == 0,
               "written anew the path has changed");
    fuzz_check(memchr(path.start, '?', path.length) == NULL || path.start[0] != '/',
               "the path has a query");
    for (size_t i = 0; i < again.head.header_count; i++) {
        struct http_text was = http_header_at(&request->head, i).value;
        struct http_text is = http_header_at(&again.head, i).value;
        fuzz_check(was.length == is.length && memcmp(was.start, is.start, is.length) == 0,
                   "written anew header %zu has changed", i);
    }
    wire_free(&anew);
}

static void check_answer(enum handshake_verdict verdict) {
    int status = handshake_status(verdict);
    fuzz_check(status == 101 || (status >= 400 && status < 500), "the status is %d", status);
    fuzz_check(strlen(handshake_sentence(verdict)) > 10, "there is no sentence");
    const char *headers = handshake_error_headers(verdict);
    bool names_version = strstr(headers, "Sec-WebSocket-Version: 13\r\n") != NULL;
    fuzz_check(names_version == (status == 426), "status %d, headers %s", status, headers);
}

/* Checks the header lines of the 101. */
static void check_headers(const struct handshake *handshake) {
    char lines[HTTP_RESPONSE_HEAD_MAX];
    struct text_builder built;
    struct wire wanted = {0}, got = {0};
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
    wire_free(&got);
    wire_free(&wanted);
}

static void check_handshake(const struct http_request *request, const struct oracle_request *parsed,
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
        fuzz_check(handshake_is_wanted(request), "it is accepted, but was not wanted");
        check_headers(&handshake);
    }
}

static void make_stream(struct wire *stream, const uint8_t *data, size_t size) {
    const uint8_t *end = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    size_t first = (data[0] & 1) != 0 ? 1 : end != NULL ? (size_t)(end + 1 - data) : size;
    wire_add(stream, data + 1, first - 1);
    for (size_t i = 0; i < sizeof request_lines / sizeof request_lines[0]; i++) {
        wire_add(stream, request_lines[i], (data[0] >> i & 1) * strlen(request_lines[i]));
    }
    wire_add(stream, data + first, size - first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t input_size) {
    struct oracle_request wanted;
    struct http_request request;
    struct wire stream = {0};
    if (input_size == 0) {
        return 0;
    }
    make_stream(&stream, data, input_size);
    const char *bytes = (const char *)stream.bytes;
    size_t size = stream.len < INPUT_MAX ? stream.len : INPUT_MAX;
    oracle_http(bytes, size, &wanted);
    http_request_init(&request);
    char *exact = fuzz_copy(bytes, size);
    enum http_verdict verdict = http_request_parse(&request, exact, size);
    fuzz_check(verdict == wanted.verdict, "the verdict is %d, not %d", (int)verdict,
               (int)wanted.verdict);
    int status = http_verdict_status(verdict);
    fuzz_check(verdict == HTTP_TLS ? status == 0
                                   : status == 200 || (status >= 400 && status <= 505),
               "the status is %d", status);
    fuzz_check(strlen(http_verdict_sentence(verdict)) > 10, "there is no sentence");
    if (verdict == HTTP_COMPLETE) {
        check_request(&request, &wanted);
        check_lists(&request, &wanted);
        check_written_anew(&request);
        fuzz_check(handshake_is_wanted(&request) == oracle_wants_handshake(&wanted),
                   "whether a handshake is wanted is wrong");
        for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
            check_handshake(&request, &wanted, &policies[i]);
        }
    }
    free(exact);
    parse_in_pieces(bytes, size, 1 + size / MOVES_MAX, &wanted);
    parse_in_pieces(bytes, size, 1 + size / 3, &wanted);
    wire_free(&stream);
    return 0;
}
