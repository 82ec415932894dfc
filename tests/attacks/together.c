/* All attacks at once, and an ordinary client between them.
 *
 * What is measured: the client sends a short message, waits for its echo, and pauses a moment, as a
 * person or a game would. Its round trips are measured before the attack, under it, and after it;
 * the median and the ninth tenth under attack must stay below three times those of the quiet times.
 * The attackers stand for other machines, so they get only the processor time that nobody else
 * wants; what they make the server do, it does with all rights, on the same processors as the
 * client. */
#include "tests/attacks/attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TRIPS = 2000, QUIET_TRIPS = 500, HELD = 200, LARGE = 16 << 20, ATTACKERS = 7 };

static const double least_busy = 0.5;
static const char *const no_options[] = {NULL};

/* Sends these bytes over and over, on a new connection whenever the server has had enough. */
static void flood(const struct wire *beginning, const struct wire *repeated, bool reading) {
    static char thrown_away[65536];
    for (;;) {
        int fd = raw_client_try_connect(attack_server.port);
        bool going = fd >= 0 && raw_client_send(fd, beginning->bytes, beginning->len);
        while (going) {
            going = raw_client_send(fd, repeated->bytes, repeated->len);
            while (reading && recv(fd, thrown_away, sizeof thrown_away, MSG_DONTWAIT) > 0) {
            }
        }
        close(fd);
        attack_pause(10);
    }
}

/* A handshake and then `count` frames of this kind, again and again. */
static void flood_frames(uint8_t opening, uint8_t repeated, size_t size, bool reading) {
    static const char payload[126] = "";
    struct wire beginning = {0}, batch = {0};
    wire_add(&beginning, raw_client_handshake, strlen(raw_client_handshake));
    if (opening != 0) {
        wire_add_client_frame(&beginning, opening, payload, 0);
    }
    for (int i = 0; i < 2000; i++) {
        wire_add_client_frame(&batch, repeated, payload, size);
    }
    flood(&beginning, &batch, reading);
}

static void empty_fragments(void *context) {
    (void)context;
    flood_frames(0x02, 0x00, 0, false);
}

static void unread_pings(void *context) {
    (void)context;
    flood_frames(0, 0x89, 125, false);
}

static void read_pings(void *context) {
    (void)context;
    flood_frames(0, 0x89, 0, true);
}

/* Requests with 16 KB of spaces, as fast as they are answered, and bad frames after them. */
static void handshakes(void *context) {
    static char line[16000] = "Sec-WebSocket-Protocol: chat,";
    struct wire request = {0};
    (void)context;
    memset(line + strlen(line), ' ', sizeof line - 3 - strlen(line));
    memcpy(line + sizeof line - 3, "\r\n", 3);
    attack_request(&request, line);
    wire_add_hex(&request, "82 ff 0000000100000000 00000000");
    for (;;) {
        char answer[1024];
        int fd = raw_client_try_connect(attack_server.port);
        if (fd >= 0 && raw_client_send(fd, request.bytes, request.len)) {
            raw_client_read_all(fd, answer, sizeof answer);
        }
        close(fd);
    }
}

/* Resets in the middle of a frame. */
static void resets(void *context) {
    struct wire bytes = {0};
    (void)context;
    wire_add(&bytes, raw_client_handshake, strlen(raw_client_handshake));
    wire_add_client_text(&bytes, 0x81, "cut off");
    for (;;) {
        int fd = raw_client_try_connect(attack_server.port);
        if (fd >= 0) {
            raw_client_send(fd, bytes.bytes, bytes.len - 3);
            raw_client_reset(fd);
        }
        attack_pause(1);
    }
}

/* Half of them are silent, half drip a byte of a request now and then. */
static void held_connections(void *context) {
    int fds[HELD];
    (void)context;
    for (size_t i = 0; i < HELD; i++) {
        fds[i] = raw_client_try_connect(attack_server.port);
    }
    for (size_t at = 0;; at = (at + 1) % strlen(raw_client_handshake)) {
        for (size_t i = 0; i < HELD; i += 2) {
            raw_client_send(fds[i], raw_client_handshake + at, 1);
        }
        attack_pause(20);
    }
}

/* Echoes of 16 MiB that nobody reads. */
static void deaf_readers(void *context) {
    static uint8_t payload[LARGE];
    struct wire message = {0};
    (void)context;
    wire_add(&message, raw_client_handshake, strlen(raw_client_handshake));
    wire_add_client_frame(&message, 0x82, payload, sizeof payload);
    for (int i = 0; i < 4; i++) {
        raw_client_send(raw_client_try_connect(attack_server.port), message.bytes, message.len);
    }
    for (;;) {
        attack_pause(1000);
    }
}

static int compare(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return difference < 0 ? -1 : difference > 0;
}

struct latency {
    double median, ninth_tenth, most;
};

/* Measures this many round trips, in microseconds; fewer if they take longer than PROCESS_WAIT. */
static struct latency measure(int fd, size_t most) {
    double times[TRIPS];
    size_t trips = 0;
    int64_t begin = now();
    do {
        int64_t took = attack_echo(fd, 20);
        CHECK(took >= 0);
        times[trips++] = took >= 0 ? (double)took : 1e6 * PROCESS_WAIT;
        attack_pause(1);
    } while (trips < most && now() - begin < PROCESS_WAIT);
    qsort(times, trips, sizeof times[0], compare);
    return (struct latency){times[trips / 2], times[trips * 9 / 10], times[trips - 1]};
}

/* `busy` processors were at work for the server. If they were few, either somebody else wanted the
 * time that was meant for the attackers, or the server stood still, which the latency shows. */
static void judge(const struct latency quiet[2], const struct latency *under, double busy) {
    double median = (quiet[0].median + quiet[1].median) / 2;
    double ninth_tenth = (quiet[0].ninth_tenth + quiet[1].ninth_tenth) / 2;
    attack_note("quiet: median %.0f us, 9/10 below %.0f; attacked: %.0f, %.0f, all below %.0f",
                median, ninth_tenth, under->median, under->ninth_tenth, under->most);
    attack_note("%.2f processors busy", busy);
    if (busy < least_busy) {
        attack_note("a weak attack");
    }
    attack_cost("median x", under->median / median, 3, "");
    attack_cost("9/10 x", under->ninth_tenth / ninth_tenth, 3, "");
}

static void together(void) {
    static void (*const bodies[ATTACKERS])(void *) = {
        empty_fragments, unread_pings,     read_pings,  handshakes,
        resets,          held_connections, deaf_readers};
    pid_t attackers[ATTACKERS];
    struct latency quiet[2], under;
    if (!attack_begin(no_options)) {
        return;
    }
    int fd = raw_client_open(attack_server.port);
    quiet[0] = measure(fd, QUIET_TRIPS);
    for (size_t i = 0; i < ATTACKERS; i++) {
        attackers[i] = attack_helper(bodies[i], NULL);
    }
    attack_pause(500); /* so that all of them have begun */
    double cpu = attack_cpu();
    int64_t begin = now();
    under = measure(fd, TRIPS);
    double busy = (attack_cpu() - cpu) / 1000 / (double)(now() - begin);
    for (size_t i = 0; i < ATTACKERS; i++) {
        attack_stop_helper(attackers[i]);
    }
    CHECK(attack_settle(1));
    quiet[1] = measure(fd, QUIET_TRIPS);
    close(fd);
    judge(quiet, &under, busy);
    attack_cost("memory +", attack_peak_growth(), 4 * 1.5 * LARGE / 1024 + 8192, "KiB");
    attack_end();
}

const struct attack together_attacks[] = {{"all_together", together, false}, {NULL, NULL, false}};
