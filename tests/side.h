/* side: the two sides of a connection with compression, RFC 7692, driven by a test without a
 * socket. */
#ifndef TESTS_SIDE_H
#define TESTS_SIDE_H

#include "step07_deflate/permessage_deflate.h"
#include "tests/wire.h"

enum { SIDE_MAX_MESSAGE = 1 << 20, SIDE_LENT = 2048 };

/* One side of a connection. */
struct side {
    struct permessage_deflate deflate;
    struct connection connection;
    uint8_t lent[SIDE_LENT];
    uint32_t keys;
};

extern struct side side_server, side_client;

/* What leaves all to the other: both windows of 32 KiB, with takeover. */
extern const struct permessage_parameters side_most;

/* Both sides agree on what the client wishes, and are open. */
void side_open_both(const struct permessage_parameters *wishes, uint64_t max_message);

/* Opens a connection on a side whose `deflate` is ready. */
void side_start(struct side *side, enum connection_role role, uint64_t max_message);

void side_close(struct side *side);
void side_close_both(void);

/* What has come of some bytes: the last message or the end, and the output. */
struct side_result {
    enum connection_event event; /* CONNECTION_NEEDS_INPUT if there was neither */
    unsigned code;
    const char *failure;
    uint8_t opcode;
    struct wire payload, output;
    size_t messages;
};

/* Feeds bytes, `piece` at a time, to a side that echoes messages or does not. The test frees the
 * result. */
struct side_result side_feed(struct side *side, const uint8_t *bytes, size_t length, size_t piece,
                             bool echoes);
void side_result_free(struct side_result *result);

/* Puts bytes where the side reads next, without handling them. */
void side_receive(struct side *side, const struct wire *in);

/* Adds all output to a wire, and takes it for sent. */
void side_take_output(struct side *side, struct wire *output);

/* What layer_next, layer_send and layer_relax do; it sends in as many turns as that takes, and adds
 * the output to a wire. */
enum connection_event side_next(struct side *side, struct connection_message *message);
int side_send(struct side *side, uint8_t opcode, uint8_t *payload, size_t length,
              struct wire *output);
void side_relax(struct side *side);

/* Begins to send a binary message; the output stays where it is. Returns what layer_send does. */
int side_begin(struct side *side, uint8_t *payload, size_t length);

/* Sends a message from one side to the other, which must get it. Returns how many bytes the frame
 * had, and whether it was marked, unless `marked` is NULL. */
size_t side_pass(struct side *from, struct side *to, const void *payload, size_t length,
                 bool *marked);

/* A number below `sides`, the same ones in every run. */
uint32_t side_roll(uint32_t sides);

/* Fills in letters, of which there are `sides`; or any bytes, if that is 256. */
void side_fill_random(uint8_t *to, size_t length, uint32_t sides);

/* Adds a frame with a payload in hexadecimal, as it is sent to a server or to a client. */
void side_add_hex(struct wire *wire, bool is_server, uint8_t first, const char *hex);

/* Adds a block without compression to a payload. */
void side_add_stored(struct wire *payload, const uint8_t *bytes, size_t length);

struct http_text side_text(const char *string);

#endif
