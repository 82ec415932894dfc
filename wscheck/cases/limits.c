/* Step 5: large messages, many messages and many fragments. RFC 6455, 10.4 and 5.4. All rows are
 * for servers. */
#include "wscheck/cases/cases.h"

#define HINT_LARGE                                                                                  \
    "let the buffer grow with the bytes that arrive, and write until all is written; a server may " \
    "have a limit (10.4), but then has to close with 1009"
#define HINT_MANY "each message must cost as little as the first one"

#define KIB "{64=65536, 256=262144, 1024=1048576, 4096=4194304, 8192=8388608, 16384=16777216}-kib"
#define FRAGMENTS "in-{64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304}"
#define WRITES "in-{64, 128, 256, 512, 1024, 2048}"
#define SMALL "{0, 16, 64, 256, 1024, 4096}"

static const struct case_row rows[] = {
    /* One message in one frame, of every size up to 16 MiB. */
    {"6455/10.4/large/text/" KIB, "A text of {} KiB in one frame comes back.",
     "limits 1008,1009 echo text 'BAsd7&jh23'*{=}", HINT_LARGE},
    {"6455/10.4/large/binary/" KIB, "A binary message of {} KiB in one frame comes back.",
     "limits 1008,1009 echo binary [00 fe 23 fa f0]*{=}", HINT_LARGE},
    /* 4 MiB in fragments of every size, down to 65536 fragments. */
    {"6455/5.4/large/text/" FRAGMENTS, "A text of 4 MiB in fragments of {} bytes comes back.",
     "limits 1008,1009 pieces {} text '*'*4194304 < text '*'*4194304", HINT_LARGE},
    {"6455/5.4/large/binary/" FRAGMENTS,
     "A binary message of 4 MiB in fragments of {} bytes comes back.",
     "limits 1008,1009 pieces {} binary [fe 00 01]*4194304 < binary [fe 00 01]*4194304",
     HINT_LARGE},
    /* 1 MiB that is sent in small writes. */
    {"6455/5.2/large/text/" WRITES, "A text of 1 MiB, written {} bytes at a time, comes back.",
     "slice {} limits 1008,1009 echo text 'BAsd7&jh23'*1048576", HINT_LARGE},
    {"6455/5.2/large/binary/" WRITES, "1 MiB of binary, written {} bytes at a time, comes back.",
     "slice {} limits 1008,1009 echo binary [00 fe 23 fa f0]*1048576", HINT_LARGE},
    /* A thousand messages, each sent after the one before has come back. */
    {"6455/5.6/thousand/text/" SMALL, "A thousand texts of {} bytes come back one by one.",
     "times 1000 echo text '*'*{}", HINT_MANY},
    {"6455/5.6/thousand/binary/" SMALL,
     "A thousand binary messages of {} bytes come back one by one.",
     "times 1000 echo binary [fe]*{}", HINT_MANY},
};

const struct case_file cases_limits = {
    .step = 5, .role = FOR_SERVERS, .rows = rows, .count = CASES_COUNT(rows)};
