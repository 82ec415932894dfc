/* The answer that the client of step 6 reads. Its head is parsed whole and in pieces, with the same
 * result. Its body must end where a plain reading of RFC 9112, 6.3 and 7.1 has it end.
 *
 *     every byte    what a server sends
 */
#include "tests/fuzz/fuzz.h"

#include "step06_client/client_response_body.h"

#include <stdlib.h>
#include <string.h>

/* The bytes of a body, and how far they have been read. */
struct body {
    const char *bytes;
    size_t length, at;
    struct wire text;
};

static bool keep(struct body *body, uint64_t count) {
    for (; count > 0 && body->at < body->length; count--) {
        fuzz_add_byte(&body->text, (uint8_t)body->bytes[body->at++]);
        if (body->text.len == CLIENT_RESPONSE_BODY_TEXT_MAX) {
            return true;
        }
    }
    return count == 0;
}

static int value_of(char digit) {
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

/* Reads the line before a chunk, up to its CR. */
static enum client_response_body_verdict read_line(struct body *body, uint64_t *size) {
    size_t start = body->at;
    bool digits = true;
    for (*size = 0; body->at < body->length; body->at++) {
        char byte = body->bytes[body->at];
        bool first = body->at == start;
        if (body->at - start == CLIENT_RESPONSE_BODY_LINE_MAX || (first && value_of(byte) < 0)) {
            return CLIENT_RESPONSE_BODY_BAD;
        }
        if (byte == '\r') {
            body->at++;
            return CLIENT_RESPONSE_BODY_COMPLETE;
        }
        if (digits && value_of(byte) >= 0) {
            if (*size >= UINT64_C(1) << 60) {
                return CLIENT_RESPONSE_BODY_BAD;
            }
            *size = *size * 16 + (uint64_t)value_of(byte);
        } else if (digits && strchr("; \t", byte) != NULL && byte != '\0') {
            digits = false;
        } else if (digits || ((uint8_t)byte < ' ' && byte != '\t')) {
            return CLIENT_RESPONSE_BODY_BAD;
        }
    }
    return CLIENT_RESPONSE_BODY_INCOMPLETE;
}

/* Reads one byte, which must be `wanted`. */
static enum client_response_body_verdict read_byte(struct body *body, char wanted) {
    return body->at == body->length            ? CLIENT_RESPONSE_BODY_INCOMPLETE
           : body->bytes[body->at++] == wanted ? CLIENT_RESPONSE_BODY_COMPLETE
                                               : CLIENT_RESPONSE_BODY_BAD;
}

static enum client_response_body_verdict read_chunks(struct body *body) {
    for (;;) {
        uint64_t size;
        enum client_response_body_verdict verdict = read_line(body, &size);
        verdict = verdict == CLIENT_RESPONSE_BODY_COMPLETE ? read_byte(body, '\n') : verdict;
        if (verdict != CLIENT_RESPONSE_BODY_COMPLETE || size == 0) {
            return verdict;
        }
        if (!keep(body, size)) {
            return CLIENT_RESPONSE_BODY_INCOMPLETE;
        }
        if (body->text.len == CLIENT_RESPONSE_BODY_TEXT_MAX) {
            return CLIENT_RESPONSE_BODY_COMPLETE;
        }
        verdict = read_byte(body, '\r');
        verdict = verdict == CLIENT_RESPONSE_BODY_COMPLETE ? read_byte(body, '\n') : verdict;
        if (verdict != CLIENT_RESPONSE_BODY_COMPLETE) {
            return verdict;
        }
    }
}

/* Compares the body, in pieces each of which has memory of its size, with the plain reading. */
static void check_body(const struct client_response *answer, const char *bytes, size_t length,
                       size_t piece_most) {
    struct client_response_body body;
    struct body plain = {bytes, length, 0, {0}};
    struct fuzz_dice dice;
    enum client_response_body_verdict verdict = client_response_body_init(&body, answer),
                                      wanted = verdict;
    if (verdict == CLIENT_RESPONSE_BODY_INCOMPLETE) {
        wanted = body.chunked              ? read_chunks(&plain)
                 : keep(&plain, body.left) ? CLIENT_RESPONSE_BODY_COMPLETE
                                           : CLIENT_RESPONSE_BODY_INCOMPLETE;
    }
    fuzz_dice_init(&dice, (uint32_t)length);
    for (size_t at = 0; at < length && verdict == CLIENT_RESPONSE_BODY_INCOMPLETE;) {
        size_t piece = 1 + fuzz_roll(&dice, piece_most);
        piece = piece < length - at ? piece : length - at;
        char *exact = fuzz_copy(bytes + at, piece);
        verdict = client_response_body_take(&body, exact, piece);
        free(exact);
        at += piece;
    }
    struct wire text = {(uint8_t *)body.text, body.length, 0};
    fuzz_check(verdict == wanted, "the body is %d, not %d", (int)verdict, (int)wanted);
    if (verdict != CLIENT_RESPONSE_BODY_BAD) {
        fuzz_check_same(&text, &plain.text, "text of the body");
    }
    wire_free(&plain.text);
}

/* Parses the head in pieces, each time in memory that has moved. */
static enum client_response_verdict parse(struct client_response *answer, const char *bytes,
                                          size_t length, size_t piece_most, char **exact) {
    struct fuzz_dice dice;
    enum client_response_verdict verdict = CLIENT_RESPONSE_INCOMPLETE;
    fuzz_dice_init(&dice, (uint32_t)length);
    client_response_init(answer);
    *exact = fuzz_copy(bytes, 0);
    for (size_t given = 0; given < length && verdict == CLIENT_RESPONSE_INCOMPLETE;) {
        given += 1 + fuzz_roll(&dice, piece_most);
        given = given < length ? given : length;
        free(*exact);
        *exact = fuzz_copy(bytes, given);
        verdict = client_response_parse(answer, *exact, given);
    }
    return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct client_response whole, pieces;
    const char *bytes = (const char *)data;
    char *exact, *moved;
    enum client_response_verdict verdict = parse(&whole, bytes, size, size + 1, &exact);
    enum client_response_verdict again = parse(&pieces, bytes, size, 1 + size / 16, &moved);
    fuzz_check(verdict == again, "in pieces the answer is %d, not %d", (int)again, (int)verdict);
    if (verdict == CLIENT_RESPONSE_COMPLETE) {
        size_t head = whole.head.size;
        int status = 100 * (data[9] - '0') + 10 * (data[10] - '0') + data[11] - '0';
        fuzz_check(head == pieces.head.size && head <= size, "the head has %zu bytes", head);
        fuzz_check(whole.status == status && pieces.status == status, "the status is %d", status);
        check_body(&whole, bytes + head, size - head, size);
        check_body(&pieces, bytes + head, size - head, 3);
    }
    free(exact);
    free(moved);
    return 0;
}
