#include "step06_client/happy_eyeballs.h"

#include <stdbool.h>

void happy_eyeballs_init(struct happy_eyeballs *eyeballs, const int *families, size_t count,
                         int64_t deadline) {
    bool taken[HAPPY_EYEBALLS_MAX] = {false};
    eyeballs->count = count;
    eyeballs->started = eyeballs->failed = 0;
    eyeballs->next_start = INT64_MIN; /* the first attempt starts at once */
    eyeballs->deadline = deadline;
    for (size_t i = 0; i < count; i++) {
        /* The first address left of another family than the last one's, or else the first left. */
        size_t next = count;
        bool alternates = false;
        for (size_t k = 0; k < count && !alternates; k++) {
            if (!taken[k]) {
                alternates = i == 0 || families[k] != families[eyeballs->order[i - 1]];
                next = alternates || next == count ? k : next;
            }
        }
        eyeballs->order[i] = next;
        taken[next] = true;
    }
}

enum happy_eyeballs_verdict happy_eyeballs_next(struct happy_eyeballs *eyeballs, int64_t now,
                                                size_t *which, int64_t *until) {
    bool more = eyeballs->started < eyeballs->count;
    if (now >= eyeballs->deadline || (!more && eyeballs->failed == eyeballs->count)) {
        return HAPPY_EYEBALLS_GIVE_UP;
    }
    if (more && now >= eyeballs->next_start) {
        *which = eyeballs->order[eyeballs->started++];
        eyeballs->next_start = now + HAPPY_EYEBALLS_DELAY;
        return HAPPY_EYEBALLS_START;
    }
    bool sooner = more && eyeballs->next_start < eyeballs->deadline;
    *until = sooner ? eyeballs->next_start : eyeballs->deadline;
    return HAPPY_EYEBALLS_WAIT;
}

void happy_eyeballs_failed(struct happy_eyeballs *eyeballs) {
    eyeballs->failed++;
    eyeballs->next_start = INT64_MIN;
}
