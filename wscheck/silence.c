#include "wscheck/silence.h"

int64_t silence_timeout(const struct silence *silence, enum cause cause, int64_t timeout) {
    int64_t shortened = timeout / SILENCE_SHORTENED;
    if (atomic_load(&silence->in_vain[cause]) < SILENCES || timeout < SILENCE_LEAST) {
        return timeout;
    }
    return shortened > SILENCE_LEAST ? shortened : SILENCE_LEAST;
}

void silence_note(struct silence *silence, enum cause cause, bool was_in_vain) {
    if (was_in_vain) {
        atomic_fetch_add(&silence->in_vain[cause], 1);
    } else {
        atomic_store(&silence->in_vain[cause], 0);
    }
}
