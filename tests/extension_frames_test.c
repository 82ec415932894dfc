/* The connection's hook for an extension: which frames are marked, how messages come of fragments,
 * what waits for output, and how the connection ends. */
#include "tests/hook.h"
#include "tests/test.h"

#include <string.h>

static const char misplaced[] = "a reserved bit is set beyond a message's first frame (5.2)";

static void fill_marked(struct hook_scenario *scenario) {
    hook_get_hex(scenario, 0x81 | TOY_MARK, "03 61 00 78 04 62");
    hook_put_hex(scenario, "a1 04 0361 0462");
    hook_get_hex(scenario, 0x82 | TOY_MARK, "ff ff 01 00");
    hook_put_hex(scenario, "a2 04 ffff 0100");
    hook_get(scenario, 0x81, "aaaaa"); /* not marked, but the answer can be */
    hook_put_hex(scenario, "a1 02 0561");
    hook_get_hex(scenario, 0x81 | TOY_MARK, "01 61 01 62"); /* marked, but the answer cannot be */
    hook_put_hex(scenario, "81 02 6162");
    hook_get_hex(scenario, 0x81 | TOY_MARK, ""); /* an empty message */
    hook_put_hex(scenario, "81 00");
    hook_get_hex(scenario, 0x82 | TOY_MARK, "00 61");
    hook_put_hex(scenario, "82 00");
    hook_expect(scenario,
                "text:7:aaabbbb binary:256:\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff ");
    hook_expect(scenario, "text:5:aaaaa text:2:ab text:0: binary:0: ");
}

static void marked_messages_are_made(void) {
    hook_play(fill_marked);
}

static void fill_fragments(struct hook_scenario *scenario) {
    hook_get_hex(scenario, 0x01 | TOY_MARK, "03 61 04");
    hook_get(scenario, 0x89, "ping");
    hook_get_hex(scenario, 0x00, "");
    hook_get_hex(scenario, 0x00, "62 00 61 05");
    hook_get(scenario, 0x8a, "pong");
    hook_get_hex(scenario, 0x80, "63");
    hook_get(scenario, 0x02, "dd"); /* one that is not marked in fragments behind it */
    hook_get(scenario, 0x89, "");
    hook_get(scenario, 0x80, "dd");
    hook_get_hex(scenario, 0x02 | TOY_MARK,
                 ""); /* the mark alone, then the payload, then nothing */
    hook_get_hex(scenario, 0x00, "04 65");
    hook_get_hex(scenario, 0x80, "");
    hook_expect(scenario, "ping:4:ping pong:4:pong text:12:aaabbbbccccc ping:0: binary:4:dddd ");
    hook_expect(scenario, "binary:4:eeee ");
    hook_put(scenario, 0x8a, "ping", 4);
    hook_put_hex(scenario, "a1 06 0361 0462 0563");
    hook_put_hex(scenario, "8a 00  a2 02 0464  a2 02 0465");
}

static void fragments_join(void) {
    hook_play(fill_fragments);
}

static uint8_t misplaced_first;

static void fill_misplaced(struct hook_scenario *scenario) {
    hook_get_hex(scenario, 0x81 | TOY_MARK, "04 61");
    hook_put_hex(scenario, "a1 02 0461");
    hook_expect(scenario, "text:4:aaaa ");
    if ((misplaced_first & 0x0f) == 0) {
        hook_get_hex(scenario, 0x01 | TOY_MARK, "04 61");
    }
    hook_get_hex(scenario, misplaced_first, "");
    hook_fails(scenario, 1002, misplaced);
}

static void the_mark_stands_in_the_first_frame_only(void) {
    static const uint8_t first[] = {0x80, 0x00, 0x88, 0x89, 0x8a};
    for (size_t i = 0; i < sizeof first; i++) {
        misplaced_first = first[i] | TOY_MARK;
        hook_play(fill_misplaced);
    }
}

static void fill_foreign_bit(struct hook_scenario *scenario) {
    hook_get_hex(scenario, misplaced_first, "04 61");
    hook_fails(scenario, 1002, frame_verdict_sentence(FRAME_RESERVED_BIT));
}

static void other_bits_are_errors(void) {
    static const uint8_t first[] = {0xc1, 0x91, 0xe1, 0xb2, 0xc9, 0x90, 0x40};
    for (size_t i = 0; i < sizeof first; i++) {
        misplaced_first = first[i];
        hook_play(fill_foreign_bit);
    }
}

static void without_an_extension_every_bit_is_an_error(void) {
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        for (unsigned bit = 0x10; bit <= 0x40; bit *= 2) {
            static uint8_t lent[CONNECTION_BUFFER_MIN];
            static struct hook_run run;
            struct hook_scenario scenario = {.role = (enum connection_role)role};
            hook_begin(&run, scenario.role, lent, sizeof lent);
            connection_free(&run.connection);
            struct connection_settings settings = run.connection.settings;
            struct buffer buffer;
            buffer_init(&buffer, lent, sizeof lent);
            settings.extension = NULL;
            connection_init(&run.connection, &settings, &buffer, 0);
            hook_get_hex(&scenario, (uint8_t)(0x81 | bit), "01 61");
            hook_feed(&run, scenario.in.bytes, scenario.in.len);
            CHECK_FOR(strcmp(run.events, "failed 1002:0: ") == 0, "%s", run.events);
            wire_free(&scenario.in);
            hook_end(&run);
        }
    }
}

static void fill_split_characters(struct hook_scenario *scenario) {
    hook_get_hex(scenario, 0x01 | TOY_MARK, "01 e2 01");
    hook_get(scenario, 0x89, "");
    hook_get_hex(scenario, 0x00, "82 00 61");
    hook_get_hex(scenario, 0x80, "01 ac");
    hook_get_hex(scenario, 0x82 | TOY_MARK, "04 c0"); /* binary may be anything */
    hook_get_hex(scenario, 0x81, "e282ac");
    hook_put_hex(scenario, "8a 00  81 03 e282ac  a2 02 04c0  81 03 e282ac");
    hook_expect(scenario, "ping:0: text:3:\xe2\x82\xac binary:4:\xc0\xc0\xc0\xc0 ");
    hook_expect(scenario, "text:3:\xe2\x82\xac ");
}

static void text_may_be_split_within_characters(void) {
    hook_play(fill_split_characters);
}

static void fill_close(struct hook_scenario *scenario) {
    hook_get_hex(scenario, 0x01 | TOY_MARK, "04 61");
    hook_get_hex(scenario, 0x88, "03e8");
    hook_get_hex(scenario, 0x80, "04 61");
    hook_put_hex(scenario, "88 02 03e8");
    hook_expect(scenario, "closed 1000:0: ");
}

static void a_close_ends_a_marked_message(void) {
    hook_play(fill_close);
}

static void nothing_is_sent_behind_a_close(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct hook_run run;
    uint8_t payload[] = "aaaaaaaa";
    hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    CHECK_EQUAL(connection_close(&run.connection, 1000, ""), 0);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_TEXT, payload, 8), -1);
    CHECK_EQUAL(run.toy.out[0],
                0); /* it was not asked: its memory of what was sent would be wrong */
    hook_drain(&run);
    CHECK_EQUAL(connection_send(&run.connection, FRAME_TEXT, payload, 8), -1);
    CHECK_BYTES(run.output.bytes, run.output.len, "\x88\x02\x03\xe8", 4);
    hook_end(&run);
}

int main(void) {
    test_run("extension: marked messages are made, others are as they are",
             marked_messages_are_made);
    test_run("extension: fragments join, with control frames between them", fragments_join);
    test_run("extension: the mark stands in a message's first frame only (5.2)",
             the_mark_stands_in_the_first_frame_only);
    test_run("extension: other reserved bits are errors (5.2)", other_bits_are_errors);
    test_run("extension: without one every reserved bit is an error (5.2)",
             without_an_extension_every_bit_is_an_error);
    test_run("extension: text may be split within characters", text_may_be_split_within_characters);
    test_run("extension: a Close ends a marked message", a_close_ends_a_marked_message);
    test_run("extension: nothing is sent behind a Close (5.5.1)", nothing_is_sent_behind_a_close);
    return test_report();
}
