/* What every driver takes from upgrade: the policy of its settings, and the lines of the log. */
#include "step03_handshake/upgrade.h"

#include "common/log.h"
#include "tests/support/log_capture.h"
#include "tests/support/test.h"

#include <string.h>

TEST("upgrade: the policy is that of the settings") {
    int context = 0;
    struct upgrade_settings settings = {.origins = {{"https://a", "https://b"}, 2},
                                        .subprotocols = {{"one", "two", "three"}, 3}};
    settings.chooser.context = &context;
    struct handshake_policy policy = upgrade_policy(&settings);
    CHECK_EQUAL(policy.origin_count, 2);
    CHECK(strcmp(policy.origins[1], "https://b") == 0);
    CHECK_EQUAL(policy.subprotocol_count, 3);
    CHECK(strcmp(policy.subprotocols[2], "three") == 0);
    CHECK(policy.chooser.context == &context);
}

static void expect_log(enum log_level level, enum handshake_verdict verdict, const char *wanted) {
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://c\r\n\r\n";
    struct http_request request;
    http_request_init(&request);
    CHECK_EQUAL(http_request_parse(&request, text, sizeof text - 1), HTTP_COMPLETE);
    log_set_level(level);
    log_capture_begin();
    upgrade_log_request(7, &request, verdict);
    log_capture_expect(wanted);
    log_capture_end();
    log_set_level(LOG_NORMAL);
}

TEST("upgrade: a forbidden origin is logged, and with --verbose every header") {
    static const char all[] = "#7   Host: a\n#7   Origin: https://c\n";
    expect_log(LOG_NORMAL, HANDSHAKE_ACCEPTED, "");
    expect_log(LOG_NORMAL, HANDSHAKE_BAD_KEY, "");
    expect_log(LOG_NORMAL, HANDSHAKE_FORBIDDEN_ORIGIN, "#7   Origin: https://c\n");
    expect_log(LOG_VERBOSE, HANDSHAKE_ACCEPTED, all);
    expect_log(LOG_VERBOSE, HANDSHAKE_FORBIDDEN_ORIGIN, all);
    expect_log(LOG_QUIET, HANDSHAKE_FORBIDDEN_ORIGIN, "");
}
