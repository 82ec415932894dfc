#include "tests/hook.h"

#include "tests/test.h"

#include <stdio.h>
#include <string.h>

static void new_key(void *context, uint8_t masking_key[4]) {
    struct hook_run *run = context;
    uint32_t number = ++run->keys * 0x9e3779b1u;
    for (size_t i = 0; i < 4; i++) {
        masking_key[i] = (uint8_t)(number >> 8 * i);
    }
}

void hook_begin(struct hook_run *run, enum connection_role role, uint8_t *lent, size_t size) {
    struct connection_settings settings = {.role = role, .max_message = TOY_MAX_MESSAGE};
    struct buffer buffer;
    memset(run, 0, sizeof *run);
    toy_init(&run->toy);
    run->piece = SIZE_MAX;
    settings.extension = &run->toy.extension;
    if (role == CONNECTION_CLIENT) {
        settings.new_masking_key = new_key;
        settings.context = run;
    }
    buffer_init(&buffer, lent, size);
    connection_init(&run->connection, &settings, &buffer, 0);
}

void hook_end(struct hook_run *run) {
    connection_free(&run->connection);
    wire_free(&run->output);
}

static void note(struct hook_run *run, const char *name, const void *payload, size_t length) {
    size_t used = strlen(run->events);
    snprintf(run->events + used, sizeof run->events - used, "%s:%zu:%.*s ", name, length,
             (int)(length < 12 ? length : 12), length > 0 ? (const char *)payload : "");
}

void hook_drain(struct hook_run *run) {
    const struct iovec *parts;
    while (connection_output(&run->connection, &parts) > 0) {
        size_t length = parts[0].iov_len < run->piece ? parts[0].iov_len : run->piece;
        wire_add(&run->output, parts[0].iov_base, length);
        connection_sent(&run->connection, length);
    }
}

/* Handles events until more input is needed; echoes every message. */
static void handle_events(struct hook_run *run) {
    struct connection_message message = {0};
    char text[200];
    while (!run->ended) {
        enum connection_event event = connection_next(&run->connection, &message);
        switch (event) {
        case CONNECTION_NEEDS_INPUT:
            hook_drain(run);
            return;
        case CONNECTION_NEEDS_OUTPUT:
            CHECK(run->connection.output.count > 0);
            hook_drain(run);
            break;
        case CONNECTION_MESSAGE:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            CHECK_EQUAL(
                connection_send(&run->connection, message.opcode, message.payload, message.length),
                0);
            break;
        case CONNECTION_PING:
        case CONNECTION_PONG:
            note(run, frame_opcode_name(message.opcode), message.payload, message.length);
            break;
        case CONNECTION_CLOSED:
        case CONNECTION_FAILED:
            snprintf(text, sizeof text, "%s %u", event == CONNECTION_CLOSED ? "closed" : "failed",
                     (unsigned)run->connection.close_code);
            note(run, text, "", 0);
            hook_drain(run);
            CHECK_EQUAL(connection_next(&run->connection, &message), event);
            run->ended = true;
            break;
        }
    }
}

void hook_feed(struct hook_run *run, const uint8_t *bytes, size_t length) {
    while (length > 0 && !run->ended) {
        size_t size = 0;
        uint8_t *space = connection_space(&run->connection, &size);
        size_t take = length < size ? length : size;
        CHECK(space != NULL && size > 0);
        if (space == NULL || size == 0) {
            return;
        }
        memcpy(space, bytes, take);
        connection_received(&run->connection, take);
        handle_events(run);
        bytes += take;
        length -= take;
    }
}

void hook_unmask(struct wire *output) {
    struct wire plain = {0};
    uint8_t before[4] = {0};
    for (size_t at = 0; at + 6 <= output->len;) {
        const uint8_t *frame = output->bytes + at;
        size_t length = frame[1] & 0x7f, head = 2;
        CHECK_FOR((frame[1] & 0x80) != 0, "the frame at %zu is not masked", at);
        if (length == 126) {
            length = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        }
        const uint8_t *key = frame + head, *payload = key + 4;
        CHECK(at == 0 || memcmp(before, key, 4) != 0);
        memcpy(before, key, 4);
        at += head + 4 + length;
        CHECK(length <= 0xffff && at <= output->len);
        if (at > output->len) {
            break;
        }
        wire_add(&plain, &frame[0], 1);
        wire_add(&plain, (uint8_t[]){frame[1] & 0x7f}, 1);
        wire_add(&plain, frame + 2, head - 2);
        for (size_t i = 0; i < length; i++) {
            wire_add(&plain, (uint8_t[]){payload[i] ^ key[i % 4]}, 1);
        }
    }
    wire_free(output);
    *output = plain;
}

void hook_get_bytes(struct hook_scenario *scenario, uint8_t first, const void *payload,
                    size_t length) {
    if (scenario->role == CONNECTION_SERVER) {
        wire_add_client_frame(&scenario->in, first, payload, length);
    } else {
        wire_add_server_frame(&scenario->in, first, payload, length);
    }
}

void hook_get(struct hook_scenario *scenario, uint8_t first, const char *payload) {
    hook_get_bytes(scenario, first, payload, strlen(payload));
}

void hook_get_hex(struct hook_scenario *scenario, uint8_t first, const char *hex) {
    struct wire payload = {0};
    wire_add_hex(&payload, hex);
    hook_get_bytes(scenario, first, payload.bytes, payload.len);
    wire_free(&payload);
}

void hook_put(struct hook_scenario *scenario, uint8_t first, const void *payload, size_t length) {
    wire_add_server_frame(&scenario->out, first, payload, length);
}

void hook_put_hex(struct hook_scenario *scenario, const char *hex) {
    wire_add_hex(&scenario->out, hex);
}

void hook_expect(struct hook_scenario *scenario, const char *events) {
    strncat(scenario->events, events, HOOK_EVENTS_SIZE - 1 - strlen(scenario->events));
}

void hook_fails(struct hook_scenario *scenario, unsigned code, const char *sentence) {
    char events[32];
    snprintf(events, sizeof events, "failed %u:0: ", code);
    hook_expect(scenario, events);
    wire_add_server_close(&scenario->out, code, sentence);
    hook_get(scenario, 0x89, "too late");
}

static void run_cut(const struct hook_scenario *scenario, size_t first, size_t rest,
                    size_t lent_size, size_t piece) {
    static uint8_t lent[INPUT_READ_SIZE];
    static struct hook_run run;
    hook_begin(&run, scenario->role, lent, lent_size);
    run.piece = piece;
    for (size_t at = 0; at < scenario->in.len;) {
        size_t size = at == 0 ? first : rest;
        size_t take = scenario->in.len - at < size ? scenario->in.len - at : size;
        hook_feed(&run, scenario->in.bytes + at, take);
        at += take;
    }
    if (scenario->role == CONNECTION_CLIENT) {
        hook_unmask(&run.output);
    }
    CHECK_FOR(strcmp(run.events, scenario->events) == 0,
              "role %d, cut at %zu, then every %zu:\n  got    %s\n  wanted %s", (int)scenario->role,
              first, rest, run.events, scenario->events);
    CHECK_BYTES(run.output.bytes, run.output.len, scenario->out.bytes, scenario->out.len);
    hook_end(&run);
}

void hook_play(void (*fill)(struct hook_scenario *scenario)) {
    static struct hook_scenario scenario;
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        memset(&scenario, 0, sizeof scenario);
        scenario.role = (enum connection_role)role;
        fill(&scenario);
        size_t length = scenario.in.len, step = length < 400 ? 1 : length / 97;
        run_cut(&scenario, length, length, CONNECTION_BUFFER_MIN, 7);
        run_cut(&scenario, length, length, INPUT_READ_SIZE, SIZE_MAX);
        for (size_t cut = 1; cut < length; cut += step) {
            run_cut(&scenario, cut, length, INPUT_READ_SIZE, 100);
        }
        for (size_t piece = 1; piece <= 5; piece += 2) {
            run_cut(&scenario, piece, piece, CONNECTION_BUFFER_MIN, piece);
        }
        wire_free(&scenario.in);
        wire_free(&scenario.out);
    }
}
