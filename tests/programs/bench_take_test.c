/* The load generator of the bench must not take a wrong reply for a right one: fast and wrong is
 * not fast. Linux only, as the bench is. */
#include "bench/load.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZE = 300, HEADER = 4, REPLY = HEADER + SIZE, MESSAGES = 3, WRONG_AT = 1000 };

static struct load_clients clients;
static struct load_client client;
static uint8_t replies[MESSAGES * REPLY]; /* to three messages, as a server sends them */

static void begin(void) {
    memset(&clients, 0, sizeof clients);
    memset(&client, 0, sizeof client);
    clients.check = true;
    client.fd = -1;
    CHECK_EQUAL(prepared_messages_make(&clients.prepared, PAYLOAD_BINARY, SIZE, 1), 0);
    client.sent = MESSAGES * clients.prepared.frame_size;
    for (size_t i = 0; i < MESSAGES; i++) {
        const uint8_t header[HEADER] = {0x82, 126, SIZE >> 8, SIZE & 0xff};
        memcpy(replies + i * REPLY, header, HEADER);
        memcpy(replies + i * REPLY + HEADER, prepared_messages_payload(&clients.prepared, i), SIZE);
    }
}

static void end(uint64_t messages, bool errors) {
    CHECK_EQUAL(client.messages, messages);
    CHECK_FOR((clients.errors > 0) == errors, "%u errors: %s", (unsigned)clients.errors,
              clients.first_error);
    prepared_messages_free(&clients.prepared);
}

TEST("bench: right replies are counted") {
    begin();
    CHECK_EQUAL(load_client_take(&clients, &client, replies, sizeof replies), 0);
    end(MESSAGES, false);
}

TEST("bench: they may come in pieces") {
    for (size_t piece = 1; piece < 2 * REPLY; piece++) {
        begin();
        for (size_t at = 0; at < sizeof replies; at += piece) {
            size_t len = sizeof replies - at < piece ? sizeof replies - at : piece;
            CHECK_EQUAL(load_client_take(&clients, &client, replies + at, len), 0);
        }
        end(MESSAGES, false);
    }
}

/* A first frame of 100 bytes, a ping, and the rest in a second frame. */
TEST("bench: a reply may be fragmented, with a ping in between") {
    const uint8_t first[] = {0x02, 100}, between[] = {0x89, 1, '?', 0x80, 126, 0, 200};
    begin();
    load_client_take(&clients, &client, first, sizeof first);
    load_client_take(&clients, &client, replies + HEADER, 100);
    load_client_take(&clients, &client, between, sizeof between);
    load_client_take(&clients, &client, replies + HEADER + 100, 200);
    load_client_take(&clients, &client, replies + REPLY, REPLY);
    end(2, false);
}

TEST("bench: every wrong byte of a reply is found") {
    for (size_t at = 0; at < REPLY; at++) {
        begin();
        replies[REPLY + at] ^= 0x10;
        load_client_take(&clients, &client, replies, sizeof replies);
        CHECK_FOR(clients.errors > 0, "byte %zu of the second reply was wrong", at);
        prepared_messages_free(&clients.prepared);
    }
}

TEST("bench: a wrong header is found without --check") {
    static const uint8_t headers[][HEADER] = {
        {0x81, 126, SIZE >> 8, SIZE & 0xff},       /* text */
        {0x82, 126, SIZE >> 8, (SIZE & 0xff) - 1}, /* too short */
        {0x82, 126, SIZE >> 8, (SIZE & 0xff) + 1}, /* too long */
        {0x82, 0xfe, SIZE >> 8, SIZE & 0xff},      /* masked */
        {0x80, 126, SIZE >> 8, SIZE & 0xff},       /* a continuation of nothing */
        {0x88, 2, 3, 0xe8},                        /* a Close */
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        begin();
        clients.check = false; /* headers are looked at all the same */
        memcpy(replies + REPLY, headers[i], HEADER);
        CHECK_EQUAL(load_client_take(&clients, &client, replies, sizeof replies), -1);
        end(1, true);
    }
}

TEST("bench: a reply to nothing is found") {
    begin();
    client.sent = 2 * clients.prepared.frame_size;
    CHECK_EQUAL(load_client_take(&clients, &client, replies, sizeof replies), -1);
    end(2, true);
}

TEST("bench: frames are masked, and go round") {
    begin();
    size_t size;
    for (uint64_t i = 0; i < 2 * clients.prepared.count; i++) {
        const uint8_t *frame =
            prepared_messages_next(&clients.prepared, i * clients.prepared.frame_size, &size);
        const uint8_t *key = frame + HEADER,
                      *payload = prepared_messages_payload(&clients.prepared, i);
        CHECK(frame[0] == 0x82 && frame[1] == 0xfe);
        CHECK(size >= clients.prepared.round_size);
        for (size_t at = 0; at < SIZE; at++) {
            CHECK((frame[HEADER + 4 + at] ^ key[at % 4]) == payload[at]);
        }
    }
    end(0, false);
}

/* A raw echo that changes one byte. */
static void *wrong_server(void *argument) {
    uint8_t buffer[512];
    size_t total = 0;
    ssize_t count;
    int fd = accept(*(int *)argument, NULL, NULL);
    while ((count = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        if (total <= WRONG_AT && WRONG_AT < total + (size_t)count) {
            buffer[WRONG_AT - total] ^= 1;
        }
        total += (size_t)count;
        send(fd, buffer, (size_t)count, MSG_NOSIGNAL);
    }
    close(fd);
    return NULL;
}

TEST("bench: a run against a wrong server counts it") {
    static struct load_figures figures;
    struct load_settings settings = {.connections = 1, .window = 1, .messages = 50};
    struct sockaddr_in address = {.sin_family = AF_INET};
    pthread_t thread;
    unsigned port;
    int listener = raw_client_listen(&port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    CHECK(pthread_create(&thread, NULL, wrong_server, &listener) == 0);
    begin();
    clients.raw = true;
    clients.address = address;
    clients.timeout = 20000;
    CHECK_EQUAL(load_messages_run(&clients, &settings, &figures), 0);
    CHECK_EQUAL(figures.messages, 50);
    CHECK_EQUAL(clients.errors, 1);
    pthread_join(thread, NULL);
    close(listener);
    prepared_messages_free(&clients.prepared);
}

TEST("bench: quantiles of the histogram") {
    struct histogram *histogram = calloc(1, sizeof *histogram);
    for (int i = 1; i <= 1000; i++) {
        histogram_add(histogram, (int64_t)i * 1000);
    }
    double half = histogram_quantile(histogram, 0.5), most = histogram_quantile(histogram, 0.99);
    CHECK_FOR(half > 490e3 && half < 510e3, "the median was %f", half);
    CHECK_FOR(most > 975e3 && most < 1005e3, "the 99th percentile was %f", most);
    free(histogram);
}
