/* The settings of the programs: what holds when the command line says nothing, and what the
 * command line cannot say. */
#include "step03_handshake/upgrade.h"
#include "step05_echo/session.h"

#include "tests/support/process.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <string.h>

/* All settings of the echo server, filled in from a command line with one option (NULL: none). */
struct everything {
    struct server server;
    struct upgrade_settings upgrade;
    struct session_settings session;
};

static void parse(struct everything *all, const char *option) {
    static char program[] = "test", argument[64]; /* lists of values point into them */
    char *argv[] = {program, argument, NULL};
    snprintf(argument, sizeof argument, "%s", option != NULL ? option : "");
    server_init(&all->server, program, "");
    upgrade_init(&all->upgrade, &all->server.options);
    session_events_options(&all->session, &all->server.options);
    CHECK_EQUAL(options_parse(&all->server.options, option != NULL ? 2 : 1, argv), OPTIONS_GO_ON);
}

TEST("settings: the server listens on this machine only") {
    struct everything all;
    parse(&all, NULL);
    CHECK(strcmp(all.server.host, "127.0.0.1") == 0);
    CHECK_EQUAL(all.server.port, 8000);
    CHECK(!all.server.quiet && !all.server.verbose);
}

TEST("settings: limits without options") {
    struct everything all;
    parse(&all, NULL);
    CHECK_EQUAL(all.server.threads.max_connections, 1024);
    CHECK_EQUAL(all.upgrade.exchange.handshake_timeout, 10000);
    CHECK_EQUAL(all.upgrade.origins.count, 0);
    CHECK_EQUAL(all.session.max_message, 16777216);
    CHECK_EQUAL(all.session.limits.ping_interval, 30000);
    CHECK_EQUAL(all.session.limits.idle_timeout, 0);
    CHECK_EQUAL(all.session.limits.message_timeout, 60000);
}

TEST("settings: options reach their settings") {
    struct everything all;
    parse(&all, "--max-connections=7");
    CHECK_EQUAL(all.server.threads.max_connections, 7);
    parse(&all, "--handshake-timeout=0.25");
    CHECK_EQUAL(all.upgrade.exchange.handshake_timeout, 250);
    parse(&all, "--max-message=125");
    CHECK_EQUAL(all.session.max_message, 125);
    parse(&all, "--max-message=1099511627776");
    CHECK_EQUAL(all.session.max_message, (uint64_t)1 << 40);
    parse(&all, "--ping-interval=0");
    CHECK_EQUAL(all.session.limits.ping_interval, 0);
    CHECK_EQUAL(all.session.limits.idle_timeout, 0);
    parse(&all, "--idle-timeout=1.5");
    CHECK_EQUAL(all.session.limits.idle_timeout, 1500);
    parse(&all, "--message-timeout=2.5");
    CHECK_EQUAL(all.session.limits.message_timeout, 2500);
    CHECK_EQUAL(all.session.limits.ping_interval, 30000);
}

TEST("settings: without a subprotocol chat is spoken") {
    struct everything all;
    parse(&all, NULL);
    CHECK_EQUAL(all.upgrade.subprotocols.count, 1);
    CHECK(strcmp(all.upgrade.subprotocols.item[0], "chat") == 0);
    parse(&all, "--subprotocol=soap");
    CHECK_EQUAL(all.upgrade.subprotocols.count, 1);
}

/* Every program with the option must refuse the value, with exit status 2 and a line that says
 * why. One that does not ends with 1, since nobody can listen on this address. */
static void check_refused(const char *option, const char *value, const char *wanted) {
    static const char *const programs[] = {"step03_handshake", "step04_frames", "step05_echo"};
    const char *const arguments[] = {"--host=192.0.2.1", "--subprotocol=good", option, value, NULL};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        char printed[1024];
        CHECK_EQUAL(process_run(programs[i], arguments, printed, sizeof printed), 2);
        CHECK_FOR(strstr(printed, wanted) != NULL, "%s %s: %s", option, value, printed);
    }
}

TEST("settings: a subprotocol is a token (RFC 6455, 4.1)") {
    char too_long[HANDSHAKE_SUBPROTOCOL_MAX + 2];
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    check_refused("--subprotocol", "two words", "needs a token such as chat.v2, not 'two words'");
    check_refused("--subprotocol", "chat,soap", "needs a token");
    check_refused("--subprotocol", "", "needs a token");
    check_refused("--subprotocol", too_long, "needs a token");
}

TEST("settings: an origin is a scheme and a host (RFC 6454)") {
    check_refused("--origin", "example.com", "needs a scheme and a host");
    check_refused("--origin", "https://example.com/path", "needs a scheme and a host");
    check_refused("--origin", "https://", "needs a scheme and a host");
    check_refused("--origin", "://example.com", "needs a scheme and a host");
    check_refused("--origin", "https://example.com:0", "not 'https://example.com:0'");
    check_refused("--origin", "https://*.example.com", "needs a scheme and a host");
}

TEST("settings: an origin is taken as browsers send it") {
    struct everything all;
    parse(&all, "--origin=HTTPS://A.example:443");
    CHECK_EQUAL(all.upgrade.origins.count, 1);
    CHECK(strcmp(all.upgrade.origins.item[0], "https://a.example") == 0);
}
