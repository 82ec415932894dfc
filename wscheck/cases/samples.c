/* Step 7: the cases of categories 12 and 13 of the Autobahn Testsuite, with the same offers, sizes
 * and kinds of data. They run only if they are named (`12`, `13.3`, `deflate`), with as many
 * messages as take some seconds; the suite sends as many as `--messages 1000`. Unlike the suite,
 * wscheck compares the answer with the offer, and every reply with the answer. Category 12 is for
 * servers and clients, 13 for servers only. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_SAMPLE                                                                                \
    "all messages of a direction share one window, unless no_context_takeover was agreed on for it"

#define P "permessage-deflate; client_no_context_takeover; client_max_window_bits"

static const struct {
    unsigned size, frame; /* 0: all in one frame */
} cuts[] = {
    {16, 0},      {64, 0},      {256, 0},      {1024, 0},      {4096, 0},      {8192, 0},
    {16384, 0},   {32768, 0},   {65536, 0},    {131072, 0},    {8192, 256},    {16384, 256},
    {32768, 256}, {65536, 256}, {131072, 256}, {131072, 1024}, {131072, 4096}, {131072, 32768},
};

/* Adds the cases of a group, such as "12.1", for one sample and one offer. */
static void add_group(struct case_list *list, const char *group, enum script_role role,
                      const char *opcode, const char *sample, const char *offer) {
    for (size_t i = 0; i < CASES_COUNT(cuts); i++) {
        char name[40], rule[200], script[500], pieces[32] = "", frames[40] = "";
        if (cuts[i].frame > 0) {
            snprintf(pieces, sizeof pieces, "pieces %u ", cuts[i].frame);
            snprintf(frames, sizeof frames, ", in frames of %u", cuts[i].frame);
        }
        snprintf(rule, sizeof rule, "Messages of %u from the sample %s come back%s.", cuts[i].size,
                 sample, frames);
        snprintf(script, sizeof script, "offer '%s' agreed echo deflated slide %u %s%s '%s'", offer,
                 cuts[i].size, pieces, opcode, sample);
        snprintf(name, sizeof name, "%s/%zu", group, i + 1); /* as the suite counts them */
        cases_add(list, role, &(struct case_row){name, rule, script, HINT_SAMPLE});
    }
}

static void add_groups(struct case_list *list) {
    static const char *const offers[] = {
        P,
        P "; server_no_context_takeover",
        P "; server_max_window_bits=9",
        P "; server_max_window_bits=15",
        P "; server_no_context_takeover; server_max_window_bits=9",
        P "; server_no_context_takeover; server_max_window_bits=15",
        P "; server_no_context_takeover; server_max_window_bits=9, " P
          "; server_no_context_takeover, " P,
    };
    add_group(list, "12.1", FOR_BOTH, "text", "json", P);
    add_group(list, "12.2", FOR_BOTH, "binary", "bitmap", P);
    add_group(list, "12.3", FOR_BOTH, "binary", "prose", P);
    add_group(list, "12.4", FOR_BOTH, "text", "html", P);
    add_group(list, "12.5", FOR_BOTH, "binary", "pdf", P);
    for (size_t i = 0; i < CASES_COUNT(offers); i++) {
        char group[8];
        snprintf(group, sizeof group, "13.%zu", i + 1);
        add_group(list, group, FOR_SERVERS, "text", "json", offers[i]);
    }
}

const struct case_file cases_samples = {.step = 7, .add = add_groups};
