#include "step07_deflate/deflate.h"
#include "wscheck/driver.h"
#include "wscheck/memory.h"
#include "wscheck/trial_parts.h"
#include "wscheck/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A compressed message is longer than the original by an empty block and five bytes for each stored
 * block at most. */
enum { ROOM = 1024 };

void trial_agree(struct trial *trial) {
    const struct negotiation *agreement = &trial->agreement;
    trial_deflate_free(trial);
    if (agreement->agreed) {
        trial->reader.unpack = memory_take(sizeof *trial->reader.unpack);
        unpack_init(trial->reader.unpack,
                    trial->settings->driver->is_client ? &agreement->server : &agreement->client);
    }
}

/* Writes the whole name of a parameter. One without a prefix, such as "max_window_bits", is that of
 * the direction in which wscheck sends. */
static void full_name(const struct trial *trial, const char *parameter, char *out, size_t size) {
    bool has_prefix =
        strncmp(parameter, "client_", 7) == 0 || strncmp(parameter, "server_", 7) == 0;
    snprintf(out, size, "%s%s",
             has_prefix                           ? ""
             : trial->settings->driver->is_client ? "client_"
                                                  : "server_",
             parameter);
}

void trial_need_agreement(struct trial *trial, const char *parameter) {
    char name[80];
    bool without = parameter[0] == '!';
    if (trial->verdict.failed == LEVEL_MUST || trial->excused) {
        return;
    }
    full_name(trial, parameter + without, name, sizeof name);
    if (!trial->agreement.agreed) {
        trial_skip(trial, "%s", trial->settings->driver->declines);
    } else if (parameter[0] != '\0' && negotiation_has(&trial->agreement, name) == without) {
        trial_skip(trial, without ? "%.*s is agreed" : "%.*s is not agreed as the case needs it",
                   (int)strcspn(name, "="), name);
    }
}

void trial_answer_offer(struct trial *trial, const char *parameter) {
    char answer[160], name[80], bare[80];
    if (negotiation_answer(&trial->client.head, answer, sizeof answer)) {
        size_t used = strlen(answer);
        full_name(trial, parameter, name, sizeof name);
        snprintf(bare, sizeof bare, "%.*s", (int)strcspn(name, "="), name);
        if (parameter[0] != '\0' && parameter[0] != '!' && strstr(answer, bare) == NULL) {
            snprintf(answer + used, sizeof answer - used, "; %s", name);
        }
        negotiation_from_text(&trial->agreement, answer);
        request_offer(&trial->request, answer);
        trial_agree(trial);
    }
    trial_need_agreement(trial, parameter);
}

uint8_t *trial_deflate(struct trial *trial, const struct payload *payload, size_t *length) {
    const struct negotiation_side *side =
        trial->settings->driver->is_client ? &trial->agreement.client : &trial->agreement.server;
    size_t size = (size_t)payload->length, capacity = size + size / 64 + ROOM;
    uint8_t *bytes = memory_take(size + 1), *out = memory_take(capacity);
    if (trial->deflate == NULL) {
        trial->deflate = memory_take(sizeof *trial->deflate);
        trial->deflate_memory = memory_take(deflate_memory(side->window_bits));
        deflate_init(trial->deflate, side->window_bits, trial->deflate_memory);
    } else if (!side->takeover) {
        deflate_forget(trial->deflate);
    }
    payload_copy(payload, 0, bytes, size);
    if (!deflate_message(trial->deflate, bytes, size, out, capacity, length)) {
        abort(); /* there is room for any message */
    }
    free(bytes);
    *length -= 4; /* 00 00 ff ff (RFC 7692, 7.2.1) */
    return out;
}

void trial_deflate_free(struct trial *trial) {
    free(trial->reader.unpack);
    free(trial->deflate);
    free(trial->deflate_memory);
    trial->reader.unpack = NULL;
    trial->deflate = NULL;
    trial->deflate_memory = NULL;
}
