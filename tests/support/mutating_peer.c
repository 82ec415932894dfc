/* A peer for wscheck whose bytes are changed on their way: it passes on what the two sides send,
 * and damages what comes from the side under test. The same seed and the same command do the same
 * damage to the same chunks. With seed 0 it damages nothing, but reads no more once the connection
 * is open, and sends Pings for ever.
 *
 *     mutating_peer SEED PORT SERVER_PORT              listens, and asks a good server for answers
 *     mutating_peer SEED 0 WSCHECK_PORT COMMAND...     listens on a free port, and starts a client
 *                                                      with it in the place of each @
 */
#include "tests/support/raw_client.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 4096, INSERTED = 8, HEADS = 12, FRAMES = 3 /* one of this many is damaged */ };

struct relay {
    int client, server;
    bool damages_client; /* the bytes of the client; otherwise those of the server */
    bool pings;
    uint64_t random;
};

static uint64_t next_random(struct relay *relay) {
    relay->random = relay->random * 6364136223846793005u + 1442695040888963407u;
    return relay->random >> 33;
}

/* Damages a chunk, which has room for more. Returns its new length; 0 ends the connection. */
static size_t damage(struct relay *relay, uint8_t *bytes, size_t length) {
    size_t at = next_random(relay) % length;
    switch (next_random(relay) % 7) {
    case 0:
        bytes[at] ^= (uint8_t)(1U << next_random(relay) % 8);
        return length;
    case 1:
        bytes[at] = 0;
        return length;
    case 2:
        bytes[at] = (uint8_t)next_random(relay);
        return length;
    case 3:
        memmove(bytes + at, bytes + at + 1, length - at - 1);
        return length - 1;
    case 4:
        memmove(bytes + at + INSERTED, bytes + at, length - at);
        for (size_t i = 0; i < INSERTED; i++) {
            bytes[at + i] = (uint8_t)next_random(relay);
        }
        return length + INSERTED;
    case 5:
        memcpy(bytes + length, bytes, length);
        return 2 * length;
    default:
        return at;
    }
}

/* Passes a chunk on. Returns false when the connection is to end. */
static bool pass(struct relay *relay, bool from_client, unsigned chunk) {
    uint8_t bytes[2 * CHUNK + INSERTED];
    ssize_t count = recv(from_client ? relay->client : relay->server, bytes, CHUNK, 0);
    size_t length = count > 0 ? (size_t)count : 0;
    if (length > 0 && from_client == relay->damages_client && !relay->pings &&
        next_random(relay) % (chunk == 0 ? HEADS : FRAMES) == 0) {
        length = damage(relay, bytes, length);
    }
    return length > 0 &&
           raw_client_send(from_client ? relay->server : relay->client, bytes, length);
}

static void *serve(void *argument) {
    struct relay *relay = argument;
    unsigned chunks[2] = {0, 0};
    bool open = true;
    while (open) {
        struct pollfd waits[2] = {{relay->client, POLLIN, 0}, {relay->server, POLLIN, 0}};
        poll(waits, 2, -1);
        for (int i = 0; i < 2 && open; i++) {
            if (waits[i].revents != 0) {
                open = pass(relay, i == 0, chunks[i]++);
            }
        }
        while (open && relay->pings && chunks[1] > 0) {
            struct timespec pause = {0, 20 * 1000 * 1000};
            open = raw_client_send(relay->client, "\x89", 2);
            nanosleep(&pause, NULL);
        }
    }
    close(relay->client);
    close(relay->server);
    free(relay);
    return NULL;
}

static int listen_on(unsigned *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t size = sizeof address;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 256) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

/* Starts the client, whose end is the end of this program. */
static void start_client(char **command, unsigned port) {
    for (size_t i = 0; command[i] != NULL; i++) {
        char *at = strchr(command[i], '@');
        if (at == NULL) {
            continue;
        }
        char *filled = malloc(strlen(command[i]) + 8);
        if (filled == NULL) {
            abort();
        }
        sprintf(filled, "%.*s%u%s", (int)(at - command[i]), command[i], port, at + 1);
        command[i] = filled;
    }
    if (fork() != 0) { /* wscheck waits for this process, and has its input and output */
        execv(command[0], command);
        _exit(127);
    }
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        close(fd);
    }
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "mutating_peer SEED PORT OTHER_PORT [COMMAND...]\n");
        return 2;
    }
    uint64_t seed = strtoull(argv[1], NULL, 10);
    unsigned port = (unsigned)strtoul(argv[2], NULL, 10);
    unsigned other = (unsigned)strtoul(argv[3], NULL, 10);
    int listener = listen_on(&port);
    if (listener < 0) {
        perror("mutating_peer");
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    if (argv[4] != NULL) {
        for (const char *next = argv[argc - 1]; *next != '\0'; next++) {
            seed = seed * 31 + (uint8_t)*next; /* its URL is another one in each case */
        }
        start_client(argv + 4, port);
    }
    for (uint64_t i = 0;; i++) {
        struct relay *relay = malloc(sizeof *relay);
        pthread_t thread;
        if (relay == NULL) {
            abort();
        }
        int client = accept(listener, NULL, NULL),
            server = client >= 0 ? raw_client_try_connect(other) : -1;
        if (server < 0) {
            close(client);
            free(relay);
            continue;
        }
        *relay = (struct relay){client, server, argc > 4, seed == 0, seed * 1000003 + i};
        if (pthread_create(&thread, NULL, serve, relay) == 0) {
            pthread_detach(thread);
        }
    }
}
