#include "tests/fuzz/oracle_http.h"

#include "common/base64.h"
#include "common/sha1.h"
#include "wscheck/extension.h"

#include <string.h>

bool oracle_wants_handshake(const struct oracle_request *request) {
    static const char *const names[] = {"key", "version", "protocol", "extensions"};
    bool wants = head_lists(&request->head, "upgrade", "websocket");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[64] = "sec-websocket-";
        struct head_text ignored;
        wants = wants || oracle_count(request, strcat(name, names[i]), &ignored) > 0;
    }
    return wants;
}

/* RFC 9112, 3.2: the origin form, or the absolute form with any scheme. RFC 6455, section 3: no
 * fragment. */
static bool is_good_target(struct head_text target) {
    const char *colon = head_text_find(target, ":");
    size_t scheme = colon != NULL ? (size_t)(colon - target.start) : target.length;
    struct head_text rest = {target.start + scheme, target.length - scheme};
    return head_text_find(target, "#") == NULL &&
           (target.start[0] == '/' || head_text_begins(rest, "://"));
}

/* 16 bytes in Base64: 22 digits and "==". Bits beyond the 16 bytes may be anything. */
static bool is_key(struct head_text key) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool good = key.length == 24 && memcmp(key.start + 22, "==", 2) == 0;
    for (size_t i = 0; good && i < 22; i++) {
        good = strchr(digits, key.start[i]) != NULL;
    }
    return good;
}

static enum handshake_verdict judge_version(const struct oracle_request *request) {
    struct head_text version;
    size_t count = oracle_count(request, "sec-websocket-version", &version);
    return count == 0                     ? HANDSHAKE_NO_VERSION
           : count > 1                    ? HANDSHAKE_REPEATED_VERSION
           : !head_text_is(version, "13") ? HANDSHAKE_BAD_VERSION
                                          : HANDSHAKE_ACCEPTED;
}

static enum handshake_verdict judge_key(const struct oracle_request *request,
                                        char accept[HANDSHAKE_ACCEPT_SIZE]) {
    struct head_text key;
    size_t count = oracle_count(request, "sec-websocket-key", &key);
    if (count != 1) {
        return count == 0 ? HANDSHAKE_NO_KEY : HANDSHAKE_REPEATED_KEY;
    }
    if (!is_key(key)) {
        return HANDSHAKE_BAD_KEY;
    }
    struct sha1 sha1;
    uint8_t digest[SHA1_DIGEST_SIZE];
    sha1_init(&sha1);
    sha1_update(&sha1, key.start, key.length);
    sha1_update(&sha1, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    sha1_final(&sha1, digest);
    base64_encode(digest, sizeof digest, accept);
    return HANDSHAKE_ACCEPTED;
}

static enum handshake_verdict judge_origin(const struct oracle_request *request,
                                           const struct handshake_policy *policy) {
    struct head_text origin;
    size_t count = oracle_count(request, "origin", &origin);
    bool allowed = policy->origin_count == 0;
    for (size_t i = 0; count == 1 && i < policy->origin_count; i++) {
        allowed = allowed || head_text_is_nocase(origin, policy->origins[i]);
    }
    return count > 1  ? HANDSHAKE_REPEATED_ORIGIN
           : !allowed ? HANDSHAKE_FORBIDDEN_ORIGIN
                      : HANDSHAKE_ACCEPTED;
}

static enum handshake_verdict judge_subprotocols(const struct oracle_request *request,
                                                 const struct handshake_policy *policy,
                                                 const char **subprotocol) {
    struct head_text value, name;
    bool good = oracle_count(request, "sec-websocket-protocol", &value) == 0;
    bool tokens = true;
    *subprotocol = NULL;
    for (size_t at = 0; head_header(&request->head, "sec-websocket-protocol", &at, &value);) {
        while (head_next_element(&value, &name)) {
            good = true;
            tokens = tokens && head_text_is_token(name);
            for (size_t i = 0; i < policy->subprotocol_count && *subprotocol == NULL; i++) {
                if (head_text_is(name, policy->subprotocols[i])) {
                    *subprotocol = policy->subprotocols[i];
                }
            }
        }
    }
    return good && tokens ? HANDSHAKE_ACCEPTED : HANDSHAKE_BAD_SUBPROTOCOLS;
}

/* RFC 6455, 9.1: at least one extension in each header. */
static enum handshake_verdict judge_extensions(const struct oracle_request *request) {
    struct head_text value;
    for (size_t at = 0; head_header(&request->head, "sec-websocket-extensions", &at, &value);) {
        const char *text = value.start, *end = value.start + value.length;
        struct extension extension;
        size_t count = 0;
        enum extension_verdict verdict = extension_next(&text, end, &extension);
        for (; verdict == EXTENSION_FOUND; count++) {
            verdict = extension_next(&text, end, &extension);
        }
        if (verdict == EXTENSION_BAD || count == 0) {
            return HANDSHAKE_BAD_EXTENSIONS;
        }
    }
    return HANDSHAKE_ACCEPTED;
}

enum handshake_verdict oracle_handshake(const struct oracle_request *request,
                                        const struct handshake_policy *policy,
                                        char accept[HANDSHAKE_ACCEPT_SIZE],
                                        const char **subprotocol) {
    if (!head_text_is(request->method, "GET")) {
        return HANDSHAKE_BAD_METHOD;
    }
    if (!is_good_target(request->target)) {
        return HANDSHAKE_BAD_TARGET;
    }
    if (!head_lists(&request->head, "upgrade", "websocket")) {
        return HANDSHAKE_NO_UPGRADE;
    }
    if (request->version == 10) {
        return HANDSHAKE_BAD_HTTP_VERSION;
    }
    if (!head_lists(&request->head, "connection", "upgrade")) {
        return HANDSHAKE_NO_CONNECTION_UPGRADE;
    }
    if (oracle_has_body(request)) {
        return HANDSHAKE_HAS_BODY;
    }
    enum handshake_verdict verdict = judge_version(request);
    verdict = verdict != HANDSHAKE_ACCEPTED ? verdict : judge_key(request, accept);
    verdict = verdict != HANDSHAKE_ACCEPTED ? verdict : judge_origin(request, policy);
    if (verdict == HANDSHAKE_ACCEPTED) {
        verdict = judge_subprotocols(request, policy, subprotocol);
    }
    return verdict != HANDSHAKE_ACCEPTED ? verdict : judge_extensions(request);
}
