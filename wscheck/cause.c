#include "wscheck/cause.h"

#include <stddef.h>

static const struct cause_words words[CAUSES] = {
    [CAUSE_NONE] = {"does all that was asked", NULL, NULL, false, false},
    [CAUSE_DIED] = {"dies", NULL,
                    "what it printed last says where; whatever a peer sends, others "
                    "have to be served",
                    true, false},
    [CAUSE_NO_CONNECTION] = {"takes no connection", NULL,
                             "accept again after an error and after "
                             "each connection, however it ended",
                             true, false},
    [CAUSE_NO_CLIENT] = {"does not connect", NULL, "it has to connect to the URL that it is given",
                         true, false},
    [CAUSE_NO_ANSWER] = {"does not answer the request", "6455/4.2.2", NULL, true, false},
    [CAUSE_HEAD_WITHOUT_END] = {"sends a head without the empty line at its end (CR LF CR LF)",
                                "6455/4.2.2",
                                "each line ends with CR LF, and after the last "
                                "header comes an empty line: \\r\\n\\r\\n",
                                true, false},
    [CAUSE_NOT_HTTP] = {"sends a head that is not HTTP", "6455/4.2.2", NULL, true, false},
    [CAUSE_HANDSHAKE] = {"breaks a rule of the opening handshake", NULL, NULL, true, false},
    [CAUSE_STATUS] = {"answers with another status", NULL, NULL, false, true},
    [CAUSE_HEADER] = {"answers with other headers", NULL, NULL, false, true},
    [CAUSE_EXTENSION] = {"does not answer the offer of an extension as it has to", NULL, NULL,
                         false, false},
    [CAUSE_REFUSED] = {"refuses a handshake that it has to accept", NULL, NULL, true, true},
    [CAUSE_REQUEST_TAKEN] = {"accepts a request that it has to refuse", NULL, NULL, false, true},
    [CAUSE_ANSWER_TAKEN] = {"takes a wrong answer for a right one", NULL, NULL, false, true},
    [CAUSE_BEFORE_ANSWER] = {"does not wait for the answer", NULL, NULL, false, false},
    [CAUSE_FIRST_BYTES_LOST] = {"loses the bytes that come right after the request", "6455/5.2",
                                "one read may bring the request and what follows it: what comes "
                                "after the empty line is the first frame",
                                false, false},
    [CAUSE_ILLEGAL_FRAME] = {"sends a frame that breaks a rule", NULL, NULL, false, false},
    [CAUSE_NOT_INFLATED] = {"sends a message that does not inflate", NULL, NULL, false, false},
    [CAUSE_MASKING_KEYS] = {"masks with keys that repeat or can be predicted", "6455/5.3", NULL,
                            false, false},
    [CAUSE_NO_ECHO] = {"does not send a message back", NULL, NULL, false, false},
    [CAUSE_ECHO_STOPS] = {"stops in the middle of a message", NULL, NULL, false, false},
    [CAUSE_ECHO_DIFFERS] = {"sends back something else than the message", NULL, NULL, false, false},
    [CAUSE_NO_PONG] = {"does not answer a Ping", "6455/5.5.2",
                       "answer at once, also between two fragments of a message", false, false},
    [CAUSE_PONG_DIFFERS] = {"answers a Ping with another payload", "6455/5.5.2",
                            "a Pong has the payload of the Ping, byte for byte", false, false},
    [CAUSE_PONG_ANSWERED] = {"answers a Pong", "6455/5.5.3", NULL, false, false},
    [CAUSE_NOT_FAILED] = {"does not fail the connection when a rule is broken", NULL, NULL, false,
                          true},
    [CAUSE_TOO_BIG] = {"closes with 1009: the message is too big for it", "6455/10.4", NULL, false,
                       false},
    [CAUSE_CLOSED] = {"ends a connection on which nothing is wrong", NULL, NULL, false, false},
    [CAUSE_NO_CLOSE_REPLY] = {"does not answer a Close with a Close", "6455/5.5.1",
                              "send a Close with the code that came, then end TCP", false, false},
    [CAUSE_CLOSE_CODE] = {"closes with another code", NULL, NULL, false, true},
    [CAUSE_NO_CLOSE_FRAME] = {"ends TCP without a Close frame before it", "6455/7.1.7",
                              "send a Close with the code that says why, then end TCP; browsers "
                              "report 1006 without it",
                              false, false},
    [CAUSE_TCP_STAYS_OPEN] = {"does not end TCP, or ends it late", "6455/5.5.1", NULL, false,
                              false},
    [CAUSE_TCP_ENDED_FIRST] = {"ends TCP before the server does", "6455/7.1.1", NULL, false, false},
    [CAUSE_RESET] = {"ends TCP with a reset", "6455/7.1.7", NULL, false, false},
    [CAUSE_STOPS_READING] = {"stops reading", NULL, NULL, false, false},
    [CAUSE_TOO_SLOW] = {"is too slow", NULL, "--timeout gives it more time", false, false},
    [CAUSE_OTHERS_WAIT] = {"lets other connections wait", "6455/7.1.4",
                           "no connection may keep a thread or a lock that others need", false,
                           false},
    [CAUSE_NOT_PRINTED] = {"prints less or more than it received", NULL, NULL, false, true},
};

const struct cause_words *cause_words(enum cause cause) {
    return &words[cause];
}
