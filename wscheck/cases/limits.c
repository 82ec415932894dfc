/* Step 5: large messages, many messages and many fragments. RFC 6455, 10.4 and 5.4. */
#include "wscheck/cases/cases.h"

#include <stdio.h>

#define HINT_LARGE                                                                                  \
    "let the buffer grow with the bytes that arrive, and write until all is written; a server may " \
    "have limits (10.4), but has to say so with Close 1009"
#define HINT_MANY "each message must cost the same as the first one"

static const unsigned kib = 1024;

/* One message in one frame, of every size up to 16 MiB. */
static void add_large(struct case_list *list) {
    static const unsigned sizes[] = {64, 256, 1024, 4096, 8192, 16384};
    char name[40], rule[120], script[120];
    struct case_row row = {name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        snprintf(rule, sizeof rule, "A text of %u KiB in one frame comes back.", sizes[i]);
        snprintf(script, sizeof script, "limits 1008,1009 echo text 'BAsd7&jh23'*%u",
                 sizes[i] * kib);
        snprintf(name, sizeof name, "6455/10.4/large/text/%u-kib", sizes[i]);
        cases_add(list, &row);
        snprintf(rule, sizeof rule, "A binary message of %u KiB in one frame comes back.",
                 sizes[i]);
        snprintf(script, sizeof script, "limits 1008,1009 echo binary [00 fe 23 fa f0]*%u",
                 sizes[i] * kib);
        snprintf(name, sizeof name, "6455/10.4/large/binary/%u-kib", sizes[i]);
        cases_add(list, &row);
    }
}

/* 4 MiB in fragments of every size, down to 65536 fragments. */
static void add_fragmented(struct case_list *list) {
    static const unsigned pieces[] = {64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304};
    char name[40], rule[120], script[120];
    struct case_row row = {name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_LARGE};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        snprintf(rule, sizeof rule, "A text of 4 MiB in fragments of %u bytes comes back.",
                 pieces[i]);
        snprintf(script, sizeof script,
                 "limits 1008,1009 pieces %u text '*'*4194304 < text '*'*4194304", pieces[i]);
        snprintf(name, sizeof name, "6455/5.4/large/text/in-%u", pieces[i]);
        cases_add(list, &row);
        snprintf(rule, sizeof rule,
                 "A binary message of 4 MiB in fragments of %u bytes comes back.", pieces[i]);
        snprintf(script, sizeof script,
                 "limits 1008,1009 pieces %u binary [fe 00 01]*4194304 "
                 "< binary [fe 00 01]*4194304",
                 pieces[i]);
        snprintf(name, sizeof name, "6455/5.4/large/binary/in-%u", pieces[i]);
        cases_add(list, &row);
    }
}

/* 1 MiB that leaves the client in small writes. */
static void add_chopped(struct case_list *list) {
    static const unsigned pieces[] = {64, 128, 256, 512, 1024, 2048};
    char name[40], rule[120], script[120];
    struct case_row row = {name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_LARGE};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        snprintf(rule, sizeof rule, "A text of 1 MiB, written %u bytes at a time, comes back.",
                 pieces[i]);
        snprintf(script, sizeof script, "slice %u limits 1008,1009 echo text 'BAsd7&jh23'*1048576",
                 pieces[i]);
        snprintf(name, sizeof name, "6455/5.2/large/text/in-%u", pieces[i]);
        cases_add(list, &row);
        snprintf(rule, sizeof rule, "1 MiB of binary, written %u bytes at a time, comes back.",
                 pieces[i]);
        snprintf(script, sizeof script,
                 "slice %u limits 1008,1009 echo binary [00 fe 23 fa f0]*1048576", pieces[i]);
        snprintf(name, sizeof name, "6455/5.2/large/binary/in-%u", pieces[i]);
        cases_add(list, &row);
    }
}

/* A thousand messages, each sent when the one before has come back. */
static void add_many(struct case_list *list) {
    static const unsigned sizes[] = {0, 16, 64, 256, 1024, 4096};
    char name[40], rule[120], script[120];
    struct case_row row = {name, FOR_SERVERS, LEVEL_MUST, rule, script, HINT_MANY};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        snprintf(rule, sizeof rule, "A thousand texts of %u bytes come back one by one.", sizes[i]);
        snprintf(script, sizeof script, "times 1000 echo text '*'*%u", sizes[i]);
        snprintf(name, sizeof name, "6455/5.6/thousand/text/%u", sizes[i]);
        cases_add(list, &row);
        snprintf(rule, sizeof rule, "A thousand binary messages of %u bytes come back one by one.",
                 sizes[i]);
        snprintf(script, sizeof script, "times 1000 echo binary [fe]*%u", sizes[i]);
        snprintf(name, sizeof name, "6455/5.6/thousand/binary/%u", sizes[i]);
        cases_add(list, &row);
    }
}

void cases_limits(struct case_list *list) {
    list->step = 5;
    add_large(list);
    add_fragmented(list);
    add_chopped(list);
    add_many(list);
}
