/* trial: one case in flight: a connection, what is still wanted from the other side (the server
 * under test; or the client, and then wscheck is the server), and the verdict.
 *
 * What the RFC leaves open is accepted in every legal form: an echo may come in fragments, a server
 * may ping, and of several pings only the last needs a pong. Whatever arrives is judged at once,
 * also while something is being sent; so a trial never deadlocks with a server that answers early.
 *
 * Every wait has two bounds: a time without progress, which Pings are not, and the end of the case,
 * which is a total.
 */
#ifndef WSCHECK_TRIAL_H
#define WSCHECK_TRIAL_H

#include "wscheck/cases/cases.h"
#include "wscheck/cause.h"
#include "wscheck/link.h"
#include "wscheck/negotiation.h"
#include "wscheck/reader.h"
#include "wscheck/request.h"
#include "wscheck/transcript.h"

#include <stdatomic.h>

struct child;
struct options_list;
struct driver;
struct listener;
struct deflate;
struct script_run;

enum {
    TRIAL_TIMEOUTS = 20, /* that a case may take in all */
    TRIAL_KEYS_MAX = 512,
    TRIAL_WANTED_MAX = 64,
    TRIAL_OUTBOX_SIZE = 64 * 1024,
    TRIAL_WAITED_SIZE = 80,
    TRIAL_NO_CODE = 0
};

/* The server or the client under test. */
struct trial_settings {
    const struct driver *driver; /* who is under test */
    struct link_address address;
    char host[300];       /* the value of the Host header */
    const char *target;   /* of the request line */
    int64_t timeout;      /* ms without progress until a wait is over */
    atomic_uint *in_vain; /* of each cause, how many waits in a row were; all cases share it */
    int64_t ends;         /* when the run is over (clock_now), whatever is still to be done */
    enum level least;     /* a failure that weighs less is none */
    bool echo;            /* whether the server sends messages back */
    char remark[240];     /* why it may not, as far as the first look can tell; or "" */
    const struct options_list *headers; /* of every request, beside the usual ones; or NULL */
    unsigned step;        /* of the tutorial, at which the server is; 5 for a whole server */
    uint64_t max_message; /* bytes of a message that it takes at least; 0: nobody knows */
    uint64_t messages;    /* of a sample that is slid through; 0: as many as make a fair amount */
    bool few_places;      /* cases wait for each other, so a 503 may only have come too early */
    struct child *child;  /* NULL when the server runs on its own */

    const char *command;       /* of --exec; NULL: somebody else starts the server or the client */
    int64_t arrival;           /* ms that it may take to listen, or to connect */
    struct listener *listener; /* where a client under test connects; it is started for each case */
};

/* A message that the server is to send. */
struct trial_wanted {
    uint8_t opcode;
    bool optional; /* it may be missing when the connection fails after it */
    struct payload payload;
    uint64_t times;
};

/* The payload of a ping or a pong that was sent; an illegal one must not be answered. */
struct trial_control {
    bool legal;
    uint8_t opcode, length;
    uint8_t bytes[CONTROL_PAYLOAD_MAX];
};

/* Bytes on their way out. */
struct trial_outbox {
    uint8_t bytes[TRIAL_OUTBOX_SIZE]; /* they leave together */
    size_t length;
    size_t frames, together; /* frames in them, and in those that left last */
    size_t piece;            /* bytes that leave at a time; 0: all */
    bool paced;      /* there is a pause between the pieces, so that they are read one by one */
    bool is_leaving; /* right now, so nothing may be written in between */
    uint8_t replies[4096]; /* pongs that wait until the frame that is being sent is whole */
    size_t replies_length;
    bool reply_is_cut; /* the first of them was sent in part, so they leave before anything else */
};

/* The messages that are to come back, and how far the first of them has come. */
struct trial_messages {
    bool judged; /* what comes is compared with what is wanted */
    struct trial_wanted wanted[TRIAL_WANTED_MAX];
    size_t first, count;
    uint64_t sent, came; /* whole messages, or the last frames of such */
    bool unasked;        /* more have come than were sent */
    bool begun;
    uint64_t done; /* bytes */
};

/* All pings and pongs that were sent. */
struct trial_controls {
    struct trial_control *sent;
    size_t count, capacity;
    size_t answered; /* those before this one need no pong any more */
    char stray_pong[120];
    bool ping_came; /* the other side has sent one of its own */
};

/* The closing handshake. */
struct trial_closing {
    bool received, sent, sent_after; /* sent_after: a frame after our Close */
    unsigned code, sent_code;        /* TRIAL_NO_CODE when the Close had none */
    size_t entry;                    /* of the Close that came */
};

/* A client under test. Its masking keys are kept when a case starts it again. */
struct trial_client {
    struct child *child;
    char *output;     /* what it had printed when it was let go */
    char path[80];    /* by which it is told from those of other cases */
    char target[200]; /* the path, and perhaps a query */
    unsigned place;   /* where the listener expects it; 0: nowhere */
    bool absent;      /* it never came */
    bool hung_up;     /* it was asked to close, so its Close is its own */
    uint32_t masking_keys[TRIAL_KEYS_MAX];
    size_t masking_key_count;
    struct head head, former_head; /* of its request, and of the one before it */
    size_t head_entry;             /* in the transcript */
};

struct trial_verdict {
    enum level failed;
    enum cause cause;   /* what happened, */
    const char *broken; /* and of an illegal frame the rule; or NULL */
    bool shortened;     /* it was waited for less time than usual */
    char want[320], got[480];
    char skipped[160]; /* why the case cannot be judged, if it cannot */
};

struct trial {
    const struct trial_settings *settings;
    struct script_run *run; /* how far the case's script has come; NULL: there is none */
    uint64_t random;
    unsigned number; /* of a connection beside a case: what it says is its own */
    int64_t timeout; /* that of the settings, if the case needs no longer one */
    int64_t waited;  /* the bound of the last wait, which may be shorter */
    int64_t ends;    /* when the case is over, whatever is still coming (clock_now) */
    struct link link;
    struct reader reader;
    struct transcript transcript;
    size_t entry; /* the number of the transcript's entry of the frame that is coming in */
    struct request request;
    struct head answer;
    struct negotiation agreement; /* about permessage-deflate */
    struct deflate *deflate;      /* compresses what is sent; NULL until it is needed */
    void *deflate_memory;

    uint64_t progress; /* counts what has come but Pings, and Pongs that answer none of ours */
    struct trial_outbox outbox;
    struct trial_messages messages;
    struct trial_controls controls;
    struct trial_closing closing;
    struct trial_client client;
    struct trial_verdict verdict;

    bool judges_masks, judges_keys; /* the case is about the mask bit, or about masking keys */
    bool refused;                   /* a connection got 503: the server had no place for it */
    bool early;                     /* the first frames leave together with the request */
    bool may_end;   /* the server may end TCP instead of answering, or answer with an error */
    bool is_open;   /* the handshake is done, so the bytes are frames */
    bool mid_frame; /* the last frame sent is not whole, so nothing may be put after it */
    bool deaf;      /* nothing is read now */
    bool no_reply;  /* the server's Close is not answered, and TCP has to end without a reset */
    bool finished;  /* our half of TCP has ended */

    const unsigned *limits; /* codes with which the server may give up, ended by 0; or NULL */
    bool defends;           /* which is what the case is about, so that it has passed then */
    bool excused;           /* it has done so, and the case is over */
};

/* Starts a trial. `name` makes its masking keys its own, the same in every run. */
void trial_init(struct trial *trial, const struct trial_settings *settings, const char *name);
void trial_free(struct trial *trial);

/* Makes the request anew, as the settings want it. */
void trial_init_request(struct trial *trial);

/* A connection begins: what comes next is its first frame. */
void trial_init_reader(struct trial *trial);

/* Notes a failure: its cause, what was wanted, and what happened instead. The first failure of the
 * highest level stays. */
void trial_fail(struct trial *trial, enum level level, enum cause cause, const char *want,
                const char *got, ...) __attribute__((format(printf, 5, 6)));

/* The case cannot be judged, for this reason. */
void trial_skip(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Marks the first wrong byte of an entry of the transcript. */
void trial_mark(struct trial *trial, size_t entry, uint64_t wrong);

/* "the server" or "the client": who is under test. */
const char *trial_peer(const struct trial *trial);

/* Connects to the server. Returns whether that succeeded; otherwise the trial has failed, or is
 * skipped because the trouble is wscheck's own. */
bool trial_connect(struct trial *trial);

/* Puts bytes into the outbox, which is sent when it is full; sends what is in it. */
void trial_put(struct trial *trial, const uint8_t *bytes, size_t len);
void trial_flush(struct trial *trial);

/* Puts bytes of HTTP into the outbox, and into the transcript by this label. */
void trial_put_http(struct trial *trial, const uint8_t *bytes, size_t len, const char *label);

/* Gives a case enough time for waits of this many ms without progress. */
void trial_give_time(struct trial *trial, int64_t timeout);

/* Begins a wait and returns its bound in ms: what has not come ten times in a row, as the answer to
 * a Close, is waited for a shorter time until it comes once. `silence` is the cause if it does not
 * come. The end of the wait: whether it came, or whether there was nothing but silence. */
int64_t trial_begin_wait(struct trial *trial, enum cause silence);
void trial_end_wait(struct trial *trial, enum cause silence, bool came, bool silent);

/* The bound of the last wait in words, such as "3 s"; if it was shortened, with the reason. */
const char *trial_waited(const struct trial *trial, char out[TRIAL_WAITED_SIZE]);

/* Whether the case's time is over. Every wait ends then, also one in which bytes keep dripping. */
bool trial_is_over(const struct trial *trial);

/* Waits `milliseconds`, but looks at what arrives. */
void trial_pause(struct trial *trial, int64_t milliseconds);

/* Waits for bytes until the deadline and judges them. Returns false when there will be none. */
bool trial_receive(struct trial *trial, int64_t deadline);

/* trial_send.c: a whole and legal frame with a masking key of its own, to be sent. */
struct writer_frame trial_frame(struct trial *trial, uint8_t opcode, const void *payload,
                                size_t length);

/* Sends a frame; of its bytes only the first `cut`, and with a pause after the first `split` (both
 * 0: none). */
void trial_send_frame(struct trial *trial, struct writer_frame *frame, uint64_t cut, size_t split);
void trial_send_simple(struct trial *trial, uint8_t opcode, const void *payload, size_t length);
void trial_send_close(struct trial *trial, unsigned code);
uint32_t trial_random(struct trial *trial);

/* trial_deflate.c: compresses a payload for a message, as was agreed (free it). */
uint8_t *trial_deflate(struct trial *trial, const struct payload *payload, size_t *length);
void trial_deflate_free(struct trial *trial);

/* Skips the case unless permessage-deflate is agreed, with `parameter` (name or name=value; with a
 * ! in front, without it) if that is not empty. A name without client_ or server_ is that of the
 * direction in which wscheck sends. */
void trial_need_agreement(struct trial *trial, const char *parameter);

/* Answers the offer of a client under test, adding the parameter if there is one; or skips the
 * case. */
void trial_answer_offer(struct trial *trial, const char *parameter);

/* trial_judge.c: judges the bytes that have been read. */
void trial_judge_input(struct trial *trial);

/* trial_messages.c: a message is to come back. */
void trial_want(struct trial *trial, const struct trial_wanted *wanted);

/* trial_open.c: sends the request and judges the answer. */
void trial_send_request(struct trial *trial);
bool trial_gather(struct trial *trial, struct head *head); /* the other side's head */
bool trial_read_answer(struct trial *trial);               /* any HTTP response */
bool trial_read_accepted(struct trial *trial);             /* a 101 by the rules */

/* trial_wait.c: waits; when the time is over or the connection ends, the trial has failed. */
void trial_wait_messages(struct trial *trial);
void trial_wait_pong(struct trial *trial);

/* The server has to fail the connection with one of these codes (ended by 0). If it does nothing at
 * all, that is a failure of the given level. */
void trial_wait_failed(struct trial *trial, const unsigned *codes, enum level silence);

/* Either the server fails the connection with one of these codes, or all goes on: the last ping is
 * answered, and the messages that were to come have come, optional or not. Returns whether it goes
 * on. */
bool trial_wait_failed_or_well(struct trial *trial, const unsigned *codes);

/* A Close was sent; the server has to answer it and to end TCP. If there are `codes` (ended by 0),
 * only those are right in the answer. */
void trial_wait_closed(struct trial *trial, const unsigned *codes);

/* Ends a case that is not about the end: sends a Close and waits for the answer and the end of TCP,
 * which need not come; but a server that fails the connection instead fails the case. `is_opened`:
 * that the connection is open is what the case wants to see, by a Pong or a Close. */
void trial_say_goodbye(struct trial *trial, bool is_opened);

/* The server has to end TCP, in whatever way. */
void trial_wait_ended(struct trial *trial);

#endif
