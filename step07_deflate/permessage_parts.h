/* permessage_parts: what the files of permessage_deflate share with each other, and with nobody
 * else. Step 7. */
#ifndef STEP07_DEFLATE_PERMESSAGE_PARTS_H
#define STEP07_DEFLATE_PERMESSAGE_PARTS_H

#include "step07_deflate/permessage_deflate.h"

/* Bytes of memory in either direction; what larger messages need is not kept for smaller ones. */
enum { PERMESSAGE_KEPT = 256 * 1024 };

/* As in struct extension. */
enum extension_verdict permessage_receive(void *context, struct extension_input *input,
                                          struct extension_message *message);
bool permessage_send(void *context, const uint8_t *payload, size_t length,
                     struct extension_message *changed);

/* Give back what is more than PERMESSAGE_KEPT. */
void permessage_receiver_shrink(struct permessage_receiver *receiver);
void permessage_sender_shrink(struct permessage_sender *sender);

/* Give back what a silent connection does not need. */
void permessage_receiver_relax(struct permessage_receiver *receiver);
void permessage_sender_relax(struct permessage_sender *sender);

/* Free all memory. */
void permessage_receiver_free(struct permessage_receiver *receiver);
void permessage_sender_free(struct permessage_sender *sender);

#endif
