/* oracle_frames: a second implementation of what an open connection does, RFC 6455 sections 5 to 8.
 *
 * It is written to be right at a glance, not to be fast: it has all bytes of the stream at hand,
 * looks at one frame after the other with loops over bytes, and checks a text from its beginning
 * whenever more of it has come. It shares no code with the server, only its public names.
 *
 * It writes down what happens as text, a record, so that two records can be compared byte by byte.
 */
#ifndef TESTS_FUZZ_ORACLE_FRAMES_H
#define TESTS_FUZZ_ORACLE_FRAMES_H

#include "step04_frames/frame.h"
#include "tests/fuzz/fuzz.h"

/* An endpoint, and what its user does. Events are counted from 1; 0 means never. */
struct oracle_endpoint {
    bool is_server;
    uint64_t max_message;
    bool echoes;       /* sends each message back */
    unsigned ping_at;  /* instead, sends a Ping "are you there" at this event */
    unsigned close_at; /* instead, sends a Close, ORACLE_CLOSE_CODE "bye", at this event */
};

enum { ORACLE_CLOSE_CODE = 4321 };

/* What the endpoint tells its user, and the frames it sends. All zero at the start. */
struct oracle_record {
    struct wire events, sent;
    bool fragments; /* messages may be sent in fragments; the record has the whole message */
    bool closing;   /* it has sent a Close */
    bool over;      /* it has reported the end */
    unsigned event_count;
};

/* Writes down what the endpoint must do when these bytes come from the peer. */
void oracle_play(const struct oracle_endpoint *endpoint, const uint8_t *bytes, size_t length,
                 struct oracle_record *record);

/* Each adds a line to a record. The targets write down with them what the server does. `opcode` is
 * that of a message, a Ping or a Pong. */
void oracle_event(struct oracle_record *record, uint8_t opcode, const uint8_t *payload,
                  size_t length);
void oracle_closed(struct oracle_record *record, unsigned code, const uint8_t *reason,
                   size_t length);
void oracle_failed(struct oracle_record *record, unsigned code);

/* Reads the bytes that an endpoint has really sent, with the reader of wscheck, and writes down the
 * frames. Ends the process if one breaks a rule, is not whole or follows a Close. The oracle cannot
 * know the reason that is sent after a failure, so the record does not have it; it must be `why`,
 * or anything but empty if that is NULL. */
void oracle_read_sent(struct oracle_record *record, bool by_server, const uint8_t *bytes,
                      size_t length, const char *why);

void oracle_record_free(struct oracle_record *record);

/* The verdict of section 5.2 on the first `left` bytes of a header. Each byte is judged as soon as
 * it is there. Fills in as much of the header as is known, and its size. */
enum frame_verdict oracle_head(const uint8_t *head, size_t left, const struct frame_rules *rules,
                               struct frame_header *header, size_t *size);

#endif
