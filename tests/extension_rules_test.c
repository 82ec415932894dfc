/* The connection's hook for an extension: what breaks the extension's rules or the connection's,
 * and the limit, which counts what comes out. */
#include "tests/hook.h"
#include "tests/test.h"

#include <string.h>

static const char too_big[] = "the message is larger than the limit";
static const char not_utf8[] = "a text message must be UTF-8 (8.1)";

static const char *bad_hex, *bad_sentence;
static unsigned bad_code;
static uint8_t bad_first;

static void fill_bad(struct hook_scenario *scenario) {
    hook_get(scenario, 0x81, "good");
    hook_put(scenario, 0x81, "good", 4);
    hook_expect(scenario, "text:4:good ");
    hook_get_hex(scenario, bad_first | TOY_MARK, bad_hex);
    hook_fails(scenario, bad_code, bad_sentence);
}

static void play_bad(uint8_t first, const char *hex, unsigned code, const char *sentence) {
    bad_first = first;
    bad_hex = hex;
    bad_code = code;
    bad_sentence = sentence;
    hook_play(fill_bad);
}

static void what_breaks_its_rules_is_1007(void) {
    play_bad(0x82, "03 61 00 bb 03 61", 1007, "the toy says no");
    play_bad(0x02, "00 bb", 1007, "the toy says no");
    play_bad(0x82, "03 61 03", 1007, "half a pair");
    play_bad(0x81, "03", 1007, "half a pair");
}

static void what_comes_out_must_be_utf8(void) {
    play_bad(0x81, "01 61 01 ff 01 61", 1007, not_utf8);
    play_bad(0x01, "01 c0 01 af 00 bb", 1007, not_utf8); /* what comes first counts */
    play_bad(0x01, "01 e2 00 61 02 82 01 82", 1007, not_utf8);
    play_bad(0x81, "01 61 01 e2 01 82", 1007,
             "a text message must not end within a character (8.1)");
}

static void a_bad_byte_fails_at_once(void) {
    static uint8_t lent[CONNECTION_BUFFER_MIN];
    static struct hook_run run;
    struct hook_scenario scenario = {.role = CONNECTION_SERVER};
    hook_get_hex(&scenario, 0x01 | TOY_MARK, "01 61 01 c0 01 61 01 62 01 63");
    hook_begin(&run, CONNECTION_SERVER, lent, sizeof lent);
    hook_feed(&run, scenario.in.bytes, 6 + 3); /* without the byte behind its count */
    CHECK(!run.ended);
    hook_feed(&run, scenario.in.bytes + 9, 1);
    CHECK(run.ended);
    wire_free(&scenario.in);
    hook_end(&run);
}

static void fill_largest(struct hook_scenario *scenario) {
    hook_get_hex(scenario, 0x82 | TOY_MARK, "ff 61 ff 61 ff 61 eb 61"); /* 1000 bytes */
    hook_put_hex(scenario, "a2 08 ff61 ff61 ff61 eb61");
    hook_expect(scenario, "binary:1000:aaaaaaaaaaaa ");
    hook_get_hex(scenario, 0x02 | TOY_MARK, "ff 61 ff 61 ff 61");
    hook_get_hex(scenario, 0x80, "ec 61");
    hook_fails(scenario, 1009, too_big);
}

static void the_limit_counts_what_comes_out(void) {
    hook_play(fill_largest);
}

/* Of payload that comes to nothing, twice the limit is taken; in one frame or in several. */
static void fill_nothing(struct hook_scenario *scenario) {
    static uint8_t nothing[2 * TOY_MAX_MESSAGE + 2];
    memset(nothing, 0, sizeof nothing);
    hook_get_bytes(scenario, 0x02 | TOY_MARK, nothing, TOY_MAX_MESSAGE / 2);
    hook_get_bytes(scenario, 0x80, nothing,
                   3 * TOY_MAX_MESSAGE / 2); /* more than a message may have */
    hook_put_hex(scenario, "82 00");
    hook_expect(scenario, "binary:0: ");
    hook_get_bytes(scenario, 0x01 | TOY_MARK, nothing, TOY_MAX_MESSAGE / 2);
    hook_get_bytes(scenario, 0x00, nothing,
                   3 * TOY_MAX_MESSAGE / 2); /* more than a message may have */
    hook_get_hex(scenario, 0x00, "00 00");
    hook_fails(scenario, 1009, too_big);
}

/* What is behind the limit is not looked at, however much of it comes at once. */
static void fill_nothing_and_bad(struct hook_scenario *scenario) {
    static uint8_t nothing[2 * TOY_MAX_MESSAGE + 4];
    memset(nothing, 0, sizeof nothing);
    nothing[2 * TOY_MAX_MESSAGE + 2] = 1;
    nothing[2 * TOY_MAX_MESSAGE + 3] = 0xff;
    hook_get_bytes(scenario, 0x81 | TOY_MARK, nothing, sizeof nothing);
    hook_fails(scenario, 1009, too_big);
}

static void payload_that_comes_to_nothing_is_limited(void) {
    hook_play(fill_nothing);
    hook_play(fill_nothing_and_bad);
}

static void no_memory_is_1011(void) {
    for (int role = CONNECTION_SERVER; role <= CONNECTION_CLIENT; role++) {
        static uint8_t lent[CONNECTION_BUFFER_MIN];
        static struct hook_run run;
        struct hook_scenario scenario = {.role = (enum connection_role)role};
        hook_begin(&run, scenario.role, lent, sizeof lent);
        hook_get_hex(&scenario, 0x02 | TOY_MARK, "04 61");
        hook_get_hex(&scenario, 0x80, "04 61");
        hook_feed(&run, scenario.in.bytes, scenario.in.len / 2);
        run.toy.no_memory = true;
        hook_feed(&run, scenario.in.bytes + scenario.in.len / 2,
                  scenario.in.len - scenario.in.len / 2);
        if (role == CONNECTION_CLIENT) {
            hook_unmask(&run.output);
        }
        wire_add_server_close(&scenario.out, 1011, "out of memory");
        CHECK_FOR(strcmp(run.events, "failed 1011:0: ") == 0, "%s", run.events);
        CHECK_BYTES(run.output.bytes, run.output.len, scenario.out.bytes, scenario.out.len);
        wire_free(&scenario.in);
        wire_free(&scenario.out);
        hook_end(&run);
    }
}

int main(void) {
    test_run("extension: what breaks its rules is 1007, with its sentence",
             what_breaks_its_rules_is_1007);
    test_run("extension: what comes out must be UTF-8 (8.1)", what_comes_out_must_be_utf8);
    test_run("extension: a bad byte fails at once (8.1)", a_bad_byte_fails_at_once);
    test_run("extension: the limit counts what comes out", the_limit_counts_what_comes_out);
    test_run("extension: payload that comes to nothing is limited",
             payload_that_comes_to_nothing_is_limited);
    test_run("extension: no memory is 1011", no_memory_is_1011);
    return test_report();
}
