/* A whole server thread of step 5 on a socket pair: the stream, the request head, the handshake,
 * the frames, and an end within a bound. What the client gets is compared with what the pure
 * modules answer and, after a 101, with the oracle's frames.
 *
 *     byte 0    bit 0: the request of RFC 6455, section 1.2 comes first; the whole byte is the seed
 *               of the pieces in which the client writes
 *     the rest  what the client sends, or sends after that request
 */
#define main                                                                                       \
    step05_main /* the program itself, with its serve and echo; only its main is not used */
int step05_main(int argc, char **argv);
#include "step05_echo/main.c" /* NOLINT */
#undef main

#include "common/clock.h"
#include "common/log.h"
#include "common/process.h"
#include "step03_handshake/opening.h"
#include "tests/fuzz/oracle_frames.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WITH_REQUEST = 1,
    BOUND = 20000 /* ms for one connection */
};

static const char request_of_the_rfc[] = "GET /chat HTTP/1.1\r\n"
                                         "Host: server.example.com\r\n"
                                         "Upgrade: websocket\r\n"
                                         "Connection: Upgrade\r\n"
                                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                         "Origin: http://example.com\r\n"
                                         "Sec-WebSocket-Protocol: chat, superchat\r\n"
                                         "Sec-WebSocket-Version: 13\r\n"
                                         "\r\n";

/* The settings of the program when it gets no options. */
static struct echo_settings settings;

static void read_settings(void) {
    static char name[] = "step05_echo";
    static char *arguments[] = {name, NULL};
    struct options options;
    options_init(&options, "step05_echo", "");
    upgrade_init(&settings.upgrade, &options);
    session_events_options(&settings.session, &options);
    fuzz_check(options_parse(&options, 1, arguments) == OPTIONS_GO_ON, "the defaults are refused");
    log_set_level(LOG_QUIET);
}

static void *server_thread(void *argument) {
    struct tcp_connection *tcp = argument;
    serve(tcp, &settings);
    tcp_close(tcp);
    return NULL;
}

/* Writes a piece, as much of it as the socket takes. Returns whether anything is left to write. */
static bool write_piece(int fd, struct fuzz_dice *dice, const struct wire *stream,
                        size_t *written) {
    size_t left = stream->len - *written;
    size_t most = fuzz_roll(dice, 3) == 0 ? 20 : 5000;
    size_t piece = left > 0 ? 1 + fuzz_roll(dice, left < most ? left : most) : 0;
    ssize_t count = 0;
    if (piece > 0) {
        count = send(fd, stream->bytes + *written, piece, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    if (count < 0 && errno != EAGAIN) {
        *written = stream->len; /* the server has closed, which it may do */
    } else if (count > 0) {
        *written += (size_t)count;
    }
    if (*written == stream->len) {
        shutdown(fd, SHUT_WR);
        return false;
    }
    return true;
}

/* Plays the client until the server has ended the connection. */
static void talk(int fd, uint32_t seed, const struct wire *stream, struct wire *answer) {
    struct fuzz_dice dice;
    int64_t deadline = clock_now() + BOUND;
    size_t written = 0;
    bool writing = true;
    fuzz_dice_init(&dice, seed);
    for (;;) {
        uint8_t bytes[4096];
        struct pollfd wait = {fd, (short)(POLLIN | (writing ? POLLOUT : 0)), 0};
        fuzz_check(clock_now() < deadline, "the server has not ended within %d ms", (int)BOUND);
        poll(&wait, 1, 100);
        if (writing && (wait.revents & POLLOUT) != 0) {
            writing = write_piece(fd, &dice, stream, &written);
        }
        if ((wait.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            ssize_t count = recv(fd, bytes, sizeof bytes, 0);
            if (count <= 0) {
                return; /* the end, or a reset because it had not read everything */
            }
            wire_add(answer, bytes, (size_t)count);
        }
    }
}

static void converse(uint32_t seed, const struct wire *stream, struct wire *answer) {
    struct tcp_connection tcp;
    pthread_t thread;
    int pair[2];
    int little = 1; /* the kernel makes it its minimum, so that the server's writes are short */
    fuzz_check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "no socket pair");
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    tcp_init(&tcp, pair[0]);
    fuzz_check(pthread_create(&thread, NULL, server_thread, &tcp) == 0, "no thread");
    talk(pair[1], seed, stream, answer);
    close(pair[1]);
    pthread_join(thread, NULL);
}

/* Reads "HTTP/1.1 NNN ..." and the header lines. Returns the status, and stores the size. */
static unsigned read_head(const char *answer, size_t *head_size) {
    unsigned status = 0;
    const char *end = strstr(answer, "\r\n\r\n");
    fuzz_check(strncmp(answer, "HTTP/1.1 ", 9) == 0 && end != NULL, "the answer is not HTTP");
    for (size_t i = 9; i < 12; i++) {
        fuzz_check(answer[i] >= '0' && answer[i] <= '9', "the answer has no status");
        status = status * 10 + (unsigned)(answer[i] - '0');
    }
    fuzz_check(answer[12] == ' ', "there is no space after the status");
    *head_size = (size_t)(end - answer) + 4;
    return status;
}

/* Returns the status of the pure modules, which other targets compare with the RFCs. */
static unsigned wanted_status(const struct http_request *request, enum http_verdict verdict) {
    struct handshake_policy policy = {.subprotocols = settings.upgrade.subprotocols.item,
                                      .subprotocol_count = settings.upgrade.subprotocols.count};
    struct opening opening;
    if (verdict != HTTP_COMPLETE) {
        return verdict == HTTP_INCOMPLETE ? 400 : (unsigned)http_verdict_status(verdict);
    }
    opening_decide(&opening, &settings.upgrade.exchange.site, &policy, request, 0);
    return (unsigned)opening.reply.status;
}

/* Checks the frames after the 101, which are those of an echo. */
static void check_frames(const struct wire *stream, size_t from, const uint8_t *sent,
                         size_t length) {
    struct oracle_record wanted = {0}, got = {0};
    struct oracle_endpoint endpoint = {
        .is_server = true, .max_message = settings.session.max_message, .echoes = true};
    oracle_play(&endpoint, stream->bytes + from, stream->len - from, &wanted);
    oracle_read_sent(&got, true, sent, length, NULL);
    fuzz_check_same(&got.sent, &wanted.sent, "frames sent");
    oracle_record_free(&wanted);
    oracle_record_free(&got);
}

/* Any answer but a 101 has a body as long as its Content-Length, and says that the connection
 * ends. */
static void check_body(const struct wire *stream, const char *answer, size_t head_size,
                       size_t length) {
    static const char name[] = "\r\nContent-Length: ";
    const char *at = strstr(answer, name);
    fuzz_check(at != NULL && strstr(answer, "\r\nConnection: close\r\n") != NULL,
               "the answer lacks a header");
    size_t told = at != NULL ? (size_t)strtoul(at + strlen(name), NULL, 10) : 0;
    size_t start = stream->len > 2 && stream->bytes[0] == '\r' ? 2 : 0;
    bool head = stream->len >= start + 4 && memcmp(stream->bytes + start, "HEAD", 4) == 0;
    fuzz_check(length - head_size == told || (head && length == head_size),
               "the body has %zu bytes, not %zu", length - head_size, told);
}

static void judge(const struct wire *stream, struct wire *answer) {
    struct http_request request;
    size_t head_size;
    http_request_init(&request);
    enum http_verdict verdict =
        http_request_parse(&request, (const char *)stream->bytes, stream->len);
    if (stream->len == 0 || verdict == HTTP_TLS) {
        fuzz_check(answer->len == 0, "nothing, or TLS, was answered");
        return;
    }
    fuzz_add_byte(answer, '\0'); /* for the search in strings */
    answer->len--;
    unsigned status = read_head((const char *)answer->bytes, &head_size);
    unsigned wanted = wanted_status(&request, verdict);
    fuzz_check(status == wanted, "status %u instead of %u", status, wanted);
    if (status == 101) {
        check_frames(stream, request.head.size, answer->bytes + head_size, answer->len - head_size);
    } else {
        check_body(stream, (const char *)answer->bytes, head_size, answer->len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wire stream = {0}, answer = {0};
    if (size == 0) {
        return 0;
    }
    if (settings.session.max_message == 0) {
        read_settings();
    }
    if ((data[0] & WITH_REQUEST) != 0) {
        wire_add(&stream, request_of_the_rfc, strlen(request_of_the_rfc));
    }
    wire_add(&stream, data + 1, size - 1);
    converse(data[0], &stream, &answer);
    judge(&stream, &answer);
    wire_free(&stream);
    wire_free(&answer);
    return 0;
}
