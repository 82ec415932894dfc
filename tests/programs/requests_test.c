/* requests: the opening handshakes of real clients, in tests/requests, whose README.md says where
 * each comes from. Every one gets its 101 with the right accept value, in whatever pieces. */
#include "step03_handshake/handshake.h"
#include "step07_deflate/permessage_deflate.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <glob.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOLDER "tests/requests/"

enum { REQUESTS_MAX = 64, NAME_SIZE = 64, REQUEST_SIZE = 4096, RESPONSE_SIZE = 1024 };

struct request {
    char name[NAME_SIZE];
    char accept[HANDSHAKE_ACCEPT_SIZE];
    char bytes[REQUEST_SIZE + 1]; /* ends with a NUL */
    size_t len;
};

static struct request requests[REQUESTS_MAX];
static size_t request_count;
static struct process server;

static const char *const spoken[] = {"chat"};
static const struct handshake_policy policy = {.subprotocols = spoken, .subprotocol_count = 1};

static void load_request(struct request *request) {
    char path[sizeof FOLDER + NAME_SIZE + sizeof ".http"];
    snprintf(path, sizeof path, FOLDER "%.63s.http", request->name);
    FILE *file = fopen(path, "rb");
    CHECK_FOR(file != NULL, "there is no %s", path);
    if (file != NULL) {
        request->len = fread(request->bytes, 1, REQUEST_SIZE, file);
        CHECK_FOR(feof(file), "%s is larger than expected", path);
        fclose(file);
    }
}

/* A file without its accept value would be a request that nobody tries. */
TEST("requests: every file has its accept value") {
    FILE *list = fopen(FOLDER "accepts", "r");
    CHECK_FOR(list != NULL, "there is no " FOLDER "accepts");
    if (list == NULL) {
        return;
    }
    struct request *request = requests;
    while (request_count < REQUESTS_MAX &&
           fscanf(list, "%63s %28s", request->name, request->accept) == 2) {
        load_request(request);
        request_count++;
        request++;
    }
    fclose(list);
    glob_t files;
    CHECK(glob(FOLDER "*.http", 0, NULL, &files) == 0);
    CHECK_EQUAL(request_count, files.gl_pathc);
    globfree(&files);
}

/* Requires the decision about a complete request: accepted, with its key and subprotocol. */
static void check_decision(const struct request *from, const struct http_request *request,
                           const char *how, size_t cut) {
    struct handshake handshake = {"", "leftover", ""};
    CHECK_FOR(request->head.size == from->len, "%s, %s %zu: %zu bytes of %zu", from->name, how, cut,
              request->head.size, from->len);
    enum handshake_verdict verdict = handshake_check(request, &policy, &handshake);
    CHECK_FOR(verdict == HANDSHAKE_ACCEPTED, "%s, %s %zu: %d %s", from->name, how, cut,
              handshake_status(verdict), handshake_sentence(verdict));
    CHECK_FOR(strcmp(handshake.accept, from->accept) == 0, "%s, %s %zu: accept %s", from->name, how,
              cut, handshake.accept);
    bool offered = strstr(from->bytes, "rotocol: chat\r\n") != NULL;
    CHECK_FOR((handshake.subprotocol != NULL) == offered, "%s: subprotocol %s", from->name,
              handshake.subprotocol != NULL ? handshake.subprotocol : "none");
}

/* How a proxy writes the names of headers. */
enum name_case { AS_SENT, LOWER, CAPITALS_AFTER_HYPHENS, UPPER };

static char change_case(char character, enum name_case name_case, bool first) {
    bool upper = name_case == UPPER || (name_case == CAPITALS_AFTER_HYPHENS && first);
    if (upper && character >= 'a' && character <= 'z') {
        return (char)(character - 'a' + 'A');
    }
    if (!upper && character >= 'A' && character <= 'Z') {
        return (char)(character - 'A' + 'a');
    }
    return character;
}

/* Copies a request with its header names in another case. */
static void copy_request(char text[REQUEST_SIZE + 1], const char *request,
                         enum name_case name_case) {
    bool in_name = false, first = false;
    size_t i = 0;
    for (; request[i] != '\0'; i++) {
        in_name = in_name && request[i] != ':';
        text[i] = in_name && name_case != AS_SENT ? change_case(request[i], name_case, first)
                                                  : request[i];
        first = request[i] == '-' || request[i] == '\n';
        in_name = in_name || request[i] == '\n';
    }
    text[i] = '\0';
}

TEST("requests: each is accepted when it comes whole, behind any proxy") {
    for (const struct request *from = requests; from < requests + request_count; from++) {
        for (int name_case = AS_SENT; name_case <= UPPER; name_case++) {
            char text[REQUEST_SIZE + 1];
            struct http_request request;
            http_request_init(&request);
            copy_request(text, from->bytes, (enum name_case)name_case);
            enum http_verdict verdict = http_request_parse(&request, text, from->len);
            CHECK_FOR(verdict == HTTP_COMPLETE, "%s: %s", from->name,
                      http_verdict_sentence(verdict));
            CHECK_FOR(handshake_is_wanted(&request), "%s is taken for plain HTTP", from->name);
            check_decision(from, &request, "whole", from->len);
        }
    }
    char text[REQUEST_SIZE + 1];
    copy_request(text, "GET /A HTTP/1.1\r\nSec-WebSocket-Key: A\r\n", CAPITALS_AFTER_HYPHENS);
    CHECK(strcmp(text, "GET /A HTTP/1.1\r\nSec-Websocket-Key: A\r\n") == 0); /* Caddy */
}

#define FORGET "; server_no_context_takeover; client_no_context_takeover"

/* All that these clients offer, and what it is answered with: by a server that leaves everything to
 * the client, and by one that wants windows of 2^9 bytes and no context takeover. A client that
 * does not name client_max_window_bits cannot be told a limit (RFC 7692, 7.1.2.2). */
static const struct {
    const char *offer, *answer, *narrow_answer; /* "": nothing is agreed on */
} offers[] = {
    {"permessage-deflate; client_max_window_bits", "permessage-deflate",
     "permessage-deflate" FORGET "; server_max_window_bits=9; client_max_window_bits=9"},
    {"permessage-deflate", "permessage-deflate",
     "permessage-deflate" FORGET "; server_max_window_bits=9"},
    {"permessage-deflate; client_no_context_takeover",
     "permessage-deflate; client_no_context_takeover",
     "permessage-deflate" FORGET "; server_max_window_bits=9"},
    {"x-webkit-deflate-frame", "", ""},
    {"", "", ""},
};

/* Which of them a request makes. */
static size_t find_offer(const struct http_request *request, const char *name) {
    struct http_text offered = {"", 0}, more;
    size_t from = 0, found = 0;
    if (http_header_next(&request->head, "Sec-WebSocket-Extensions", &from, &offered)) {
        CHECK_FOR(!http_header_next(&request->head, "Sec-WebSocket-Extensions", &from, &more),
                  "%s: several headers", name);
    }
    while (found < sizeof offers / sizeof offers[0] - 1 &&
           !http_text_is(offered, offers[found].offer)) {
        found++;
    }
    CHECK_FOR(http_text_is(offered, offers[found].offer), "%s: a new offer: %.*s", name,
              (int)offered.length, offered.start);
    return found;
}

static void check_answer(const struct request *from, bool narrow) {
    struct permessage_parameters config = {narrow, narrow, narrow ? 9 : 15, narrow ? 9 : 15};
    struct permessage_deflate deflate;
    struct handshake_policy compressing = policy;
    struct handshake handshake;
    struct http_request request;
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, from->bytes, from->len), HTTP_COMPLETE);
    size_t offer = find_offer(&request, from->name);
    const char *wanted = narrow ? offers[offer].narrow_answer : offers[offer].answer;
    permessage_deflate_init(&deflate, &config, true);
    compressing.chooser = permessage_deflate_chooser(&deflate);
    CHECK_EQUAL(handshake_check(&request, &compressing, &handshake), HANDSHAKE_ACCEPTED);
    const char *agreed = handshake.extension != NULL ? handshake.extension : "";
    CHECK_FOR(strcmp(agreed, wanted) == 0, "%s: %s", from->name, agreed);
    CHECK_FOR((permessage_deflate_layer(&deflate) != NULL) == (wanted[0] != '\0'), "%s",
              from->name);
    permessage_deflate_free(&deflate);
}

TEST("requests: each gets the compression that it offers") {
    for (const struct request *from = requests; from < requests + request_count; from++) {
        check_answer(from, false);
        check_answer(from, true);
    }
}

/* The first piece lies in memory of just its size, so that a sanitizer sees a step beyond it. */
TEST("requests: each is accepted, cut at any byte") {
    for (const struct request *from = requests; from < requests + request_count; from++) {
        for (size_t cut = 1; cut < from->len; cut++) {
            struct http_request request;
            char *piece = malloc(cut);
            if (piece == NULL) {
                CHECK_FOR(false, "no memory");
                return;
            }
            memcpy(piece, from->bytes, cut);
            http_request_init(&request);
            enum http_verdict first = http_request_parse(&request, piece, cut);
            free(piece);
            CHECK_FOR(first == HTTP_INCOMPLETE, "%s, %zu bytes: verdict %d", from->name, cut,
                      first);
            enum http_verdict second = http_request_parse(&request, from->bytes, from->len);
            CHECK_FOR(second == HTTP_COMPLETE, "%s cut at %zu: verdict %d", from->name, cut,
                      second);
            check_decision(from, &request, "cut at", cut);
        }
    }
}

/* Sends a request in pieces of this many bytes, reads the 101, and has one message echoed. */
static void open_in_pieces(const struct request *from, size_t piece) {
    int at_once = 1;
    char response[RESPONSE_SIZE], wanted_line[64];
    int fd = raw_client_connect(server.port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    for (size_t at = 0; at < from->len; at += piece) {
        size_t rest = from->len - at;
        CHECK(raw_client_send(fd, from->bytes + at, rest < piece ? rest : piece));
    }
    CHECK(raw_client_read_until(fd, "\r\n\r\n", response, sizeof response));
    snprintf(wanted_line, sizeof wanted_line, "\r\nSec-WebSocket-Accept: %s\r\n", from->accept);
    CHECK_FOR(strncmp(response, "HTTP/1.1 101 ", 13) == 0, "%s: %s", from->name, response);
    CHECK_FOR(strstr(response, wanted_line) != NULL, "%s: %s", from->name, response);
    CHECK_FOR(strstr(response, "Extensions") == NULL, "%s: %s", from->name, response);

    raw_client_send_frames(fd, "81:hello 88=03e8");
    raw_client_expect_frames(fd, "81:hello 88=03e8");
    raw_client_expect_end(fd);
    close(fd);
}

TEST("requests: the echo server opens each, whole and byte by byte") {
    for (const struct request *from = requests; from < requests + request_count; from++) {
        open_in_pieces(from, from->len);
        open_in_pieces(from, 1);
    }
}

int main(void) {
    return process_test_main(&server, "step05_echo", (const char *const[]){NULL});
}
