/* deflate_pair: the two sides of a connection with compression, RFC 7692, driven by a test without
 * a socket. */
#ifndef TESTS_SUPPORT_DEFLATE_PAIR_H
#define TESTS_SUPPORT_DEFLATE_PAIR_H

#include "step07_deflate/permessage_deflate.h"
#include "tests/support/wire.h"

enum { DEFLATE_PAIR_MAX_MESSAGE = 1 << 20, DEFLATE_PAIR_LENT = 2048 };

/* One side of a connection. */
struct deflate_pair {
    struct permessage_deflate deflate;
    struct connection connection;
    uint8_t lent[DEFLATE_PAIR_LENT];
    uint32_t keys;
};

extern struct deflate_pair deflate_pair_server, deflate_pair_client;

/* What leaves all to the other: both windows of 32 KiB, with takeover. */
extern const struct permessage_parameters deflate_pair_most;

/* Both sides agree on what the client wishes, and are open. */
void deflate_pair_open_both(const struct permessage_parameters *wishes, uint64_t max_message);

/* Opens a connection on a side whose `deflate` is ready. */
void deflate_pair_start(struct deflate_pair *side, enum connection_role role, uint64_t max_message);

void deflate_pair_close(struct deflate_pair *side);
void deflate_pair_close_both(void);

/* What has come of some bytes: the last message or the end, and the output. */
struct deflate_pair_result {
    enum connection_event event; /* CONNECTION_NEEDS_INPUT if there was neither */
    unsigned code;
    const char *failure;
    uint8_t opcode;
    struct wire payload, output;
    size_t messages;
};

/* Feeds bytes, `piece` at a time, to a side that echoes messages or does not. The test frees the
 * result. */
struct deflate_pair_result deflate_pair_feed(struct deflate_pair *side, const uint8_t *bytes,
                                             size_t length, size_t piece, bool echoes);
void deflate_pair_result_free(struct deflate_pair_result *result);

/* Puts bytes where the side reads next, without handling them. */
void deflate_pair_receive(struct deflate_pair *side, const struct wire *in);

/* Adds all output to a wire, and takes it for sent. */
void deflate_pair_take_output(struct deflate_pair *side, struct wire *output);

/* What layer_next, layer_send and layer_relax do; it sends in as many turns as that takes, and adds
 * the output to a wire. */
enum connection_event deflate_pair_next(struct deflate_pair *side,
                                        struct connection_message *message);
int deflate_pair_send(struct deflate_pair *side, uint8_t opcode, uint8_t *payload, size_t length,
                      struct wire *output);
void deflate_pair_relax(struct deflate_pair *side);

/* Begins to send a binary message; the output stays where it is. Returns what layer_send does. */
int deflate_pair_begin(struct deflate_pair *side, uint8_t *payload, size_t length);

/* Sends a message from one side to the other, which must get it. Returns how many bytes the frame
 * had, and whether it was marked, unless `marked` is NULL. */
size_t deflate_pair_pass(struct deflate_pair *from, struct deflate_pair *to, const void *payload,
                         size_t length, bool *marked);

/* A number below `sides`, the same ones in every run. */
uint32_t deflate_pair_roll(uint32_t sides);

/* Fills in letters, of which there are `sides`; or any bytes, if that is 256. */
void deflate_pair_fill_random(uint8_t *to, size_t length, uint32_t sides);

/* Adds a frame with a payload in hexadecimal, as it is sent to a server or to a client. */
void deflate_pair_add_hex(struct wire *wire, bool is_server, uint8_t first, const char *hex);

/* Adds a block without compression to a payload. */
void deflate_pair_add_stored(struct wire *payload, const uint8_t *bytes, size_t length);

struct http_text deflate_pair_text(const char *string);

#endif
