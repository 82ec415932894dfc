#include "tests/support/scripted_server.h"

#include "step03_handshake/handshake.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINGER = 200 }; /* ms */

/* Writes the answer with the accept value that belongs to the request. */
static void write_answer(struct scripted_server *script, char *out, size_t size) {
    char accept_value[HANDSHAKE_ACCEPT_SIZE] = "";
    const char *key = strstr(script->request, "Sec-WebSocket-Key: ");
    const char *mark = strstr(script->answer, "{accept}");
    if (key != NULL) {
        handshake_accept((struct http_text){key + 19, 24}, accept_value);
    }
    if (mark == NULL) {
        snprintf(out, size, "%s", script->answer);
    } else {
        snprintf(out, size, "%.*s%s%s", (int)(mark - script->answer), script->answer, accept_value,
                 mark + 8);
    }
}

/* Reads frames until `wanted` bytes are there, or to the end. */
static void collect(struct scripted_server *script, int fd, size_t wanted) {
    while (script->got_length < wanted) {
        struct pollfd wait = {fd, POLLIN, 0};
        if (poll(&wait, 1, PROCESS_WAIT) <= 0) {
            return;
        }
        ssize_t count =
            recv(fd, script->got + script->got_length, sizeof script->got - script->got_length, 0);
        if (count <= 0) {
            return;
        }
        script->got_length += (size_t)count;
    }
}

/* Reads this many bytes and throws them away. */
static void drain(int fd, size_t wanted) {
    static char thrown_away[1 << 16];
    struct pollfd wait = {fd, POLLIN, 0};
    while (wanted > 0 && poll(&wait, 1, PROCESS_WAIT) > 0) {
        size_t most = wanted < sizeof thrown_away ? wanted : sizeof thrown_away;
        ssize_t count = recv(fd, thrown_away, most, 0);
        if (count <= 0) {
            return;
        }
        wanted -= (size_t)count;
    }
}

/* Sends the frames, and again until the client has ended or does not end. */
static void send_frames(struct scripted_server *script, int fd) {
    struct pollfd wait = {fd, POLLIN, 0};
    int64_t end = now() + PROCESS_WAIT;
    bool more = true;
    while (more && raw_client_send(fd, script->frames.bytes, script->frames.len)) {
        more = script->every > 0 && now() < end;
        if (more && poll(&wait, 1, script->every) > 0) {
            char thrown_away[256];
            more = recv(fd, thrown_away, sizeof thrown_away, 0) > 0;
        }
    }
}

static void *serve(void *argument) {
    struct scripted_server *script = argument;
    char answer[4096];
    struct pollfd wait = {script->listener, POLLIN, 0};
    int fd = poll(&wait, 1, PROCESS_WAIT) > 0 ? accept(script->listener, NULL, NULL) : -1;
    if (fd >= 0 && raw_client_read_until(fd, "\r\n\r\n", script->request, sizeof script->request)) {
        write_answer(script, answer, sizeof answer);
        raw_client_send_text(fd, answer);
        collect(script, fd, script->wait_for);
        poll(NULL, 0, script->delay);
        drain(fd, script->drain);
        if (script->frames.len > 0) {
            send_frames(script, fd);
        }
        if (script->lingers) {
            collect(script, fd, 8); /* a Close with a code */
            script->ended_early = poll(&(struct pollfd){fd, POLLIN, 0}, 1, LINGER) != 0;
        }
        if (script->frames.len > 0) {
            shutdown(fd, SHUT_WR);
        }
        if (!script->end_at_once) {
            collect(script, fd, sizeof script->got);
        }
    }
    close(fd);
    return NULL;
}

void scripted_server_listen(struct scripted_server *script) {
    script->listener = raw_client_listen(&script->port);
    snprintf(script->url, sizeof script->url, "ws://127.0.0.1:%u/", script->port);
    script->got_length = 0;
    pthread_create(&script->thread, NULL, serve, script);
}

void scripted_server_end(struct scripted_server *script) {
    pthread_join(script->thread, NULL);
    close(script->listener);
    wire_free(&script->frames);
}

int scripted_server_play(struct scripted_server *script, struct client_process *run,
                         const char *input, const char *const *arguments) {
    scripted_server_listen(script);
    int status = client_process_run(run, input, arguments, script->url);
    scripted_server_end(script);
    return status;
}

unsigned scripted_server_close_code(const struct scripted_server *script) {
    const uint8_t *frame = script->got, *key = frame + 2;
    CHECK(script->got_length >= 8 && frame[0] == 0x88 && frame[1] >= 0x82);
    return (unsigned)(frame[6] ^ key[0]) << 8 | (frame[7] ^ key[1]);
}

void scripted_server_expect(struct scripted_server *script, const char *frames) {
    struct wire plain = {0}, wanted = {0};
    for (size_t at = 0; at + 6 <= script->got_length;) {
        const uint8_t *frame = script->got + at, *key = frame + 2;
        size_t length = frame[1] & 0x7f;
        bool is_good = frame[1] >= 0x80 && length < 126 && at + 6 + length <= script->got_length;
        CHECK(is_good);
        if (!is_good) {
            break;
        }
        wire_add(&plain, (const uint8_t[]){frame[0], (uint8_t)length}, 2);
        for (size_t i = 0; i < length; i++) {
            wire_add(&plain, &(const uint8_t){frame[6 + i] ^ key[i % 4]}, 1);
        }
        at += 6 + length;
    }
    wire_add_frames(&wanted, false, frames);
    CHECK_BYTES(plain.bytes, plain.len, wanted.bytes, wanted.len);
    wire_free(&plain);
    wire_free(&wanted);
}
