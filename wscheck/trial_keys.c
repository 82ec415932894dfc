#include "wscheck/trial.h"

/* Whether the last three keys are three steps of a counter, read with this byte first. */
static bool counts(const uint32_t *keys, size_t count, bool swapped) {
    uint32_t last[4];
    for (size_t i = 0; i < 4; i++) {
        uint32_t key = keys[count - 4 + i];
        last[i] =
            !swapped ? key : key << 24 | (key & 0xff00) << 8 | (key >> 8 & 0xff00) | key >> 24;
    }
    uint32_t step = last[1] - last[0];
    return last[2] - last[1] == step && last[3] - last[2] == step;
}

void trial_judge_key(struct trial *trial) {
    static const char want[] = "each frame has a fresh masking key that nobody can predict (5.3)";
    const uint8_t *bytes = trial->reader.masking_key;
    uint32_t key =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    size_t count = trial->client.masking_key_count;
    bool again = false;
    for (size_t i = 0; i < count && !again; i++) {
        again = trial->client.masking_keys[i] == key;
    }
    if (again) {
        trial_mark(trial, trial->entry, trial->reader.header_size - 4);
        trial_fail(trial, LEVEL_MUST, CAUSE_MASKING_KEYS, want,
                   "the key %02x %02x %02x %02x came before", bytes[0], bytes[1], bytes[2],
                   bytes[3]);
        return;
    }
    if (count < TRIAL_KEYS_MAX) {
        trial->client.masking_keys[trial->client.masking_key_count++] = key;
    }
    count = trial->client.masking_key_count;
    if (count >= 4 && count < TRIAL_KEYS_MAX &&
        (counts(trial->client.masking_keys, count, false) ||
         counts(trial->client.masking_keys, count, true))) {
        trial_mark(trial, trial->entry, trial->reader.header_size - 4);
        trial_fail(trial, LEVEL_MUST, CAUSE_MASKING_KEYS, want,
                   "the last four keys differ by the same number each");
    }
}
