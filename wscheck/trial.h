/* trial: one case that is running: its connection, what the other side (the server under test, or
 * the client, when wscheck is the server) still has to send, and the verdict.
 *
 * Where the RFC leaves a choice, every legal form is accepted: an echo may come in fragments, a
 * server may send Pings, and of several Pings only the last needs a Pong. Everything that arrives
 * is judged at once, even while something is being sent, so a trial never deadlocks with a server
 * that answers early.
 *
 * Every wait has two bounds: a time without progress (a Ping is none), and the end of the case.
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
    TRIAL_TIMEOUTS = 20, /* the whole case may take this many times its time-out */
    TRIAL_KEYS_MAX = 512,
    TRIAL_WANTED_MAX = 64,
    TRIAL_OUTBOX_SIZE = 64 * 1024,
    TRIAL_WAITED_SIZE = 80,
    TRIAL_NO_CODE = 0
};

/* The server or the client under test. */
struct trial_settings {
    const struct driver *driver; /* of a server, or of a client */
    struct link_address address;
    char host[300];       /* the value of the Host header */
    const char *target;   /* of the request line */
    int64_t timeout;      /* ms without progress until a wait is over */
    atomic_uint *in_vain; /* for each cause, how many waits in a row were; all cases share it */
    int64_t ends;         /* when the run is over (clock_now), even if cases are left */
    enum level least;     /* failures of a lower level do not count */
    bool echo;            /* whether the other side sends messages back */
    char remark[240];     /* what the probe has noticed about that; or "" */
    const struct options_list *headers; /* added to every request; or NULL */
    unsigned step;        /* the step of the tutorial that the server is at; 5 for a whole server */
    uint64_t max_message; /* bytes of a message that it takes at least; 0: not known */
    uint64_t messages;    /* how many messages `slide` sends; 0: about half a megabyte of them */
    bool few_places;      /* the server takes few connections, so a 503 may only be too early */
    struct child *child;  /* the server of --exec; NULL if wscheck did not start it */

    const char *command;       /* of --exec; NULL: a person starts the server or the client */
    int64_t arrival;           /* how many ms it may take to listen, or to connect */
    struct listener *listener; /* where a client under test connects */
};

/* A message that is to come. */
struct trial_wanted {
    uint8_t opcode;
    bool optional; /* it may be missing if the connection fails after it */
    struct payload payload;
    uint64_t times;
};

/* A Ping or Pong that was sent. An illegal one must not be answered. */
struct trial_control {
    bool legal;
    uint8_t opcode, length;
    uint8_t bytes[CONTROL_PAYLOAD_MAX];
};

/* Bytes that are to be sent. */
struct trial_outbox {
    uint8_t bytes[TRIAL_OUTBOX_SIZE]; /* they are sent together */
    size_t length;
    size_t frames, together; /* frames in `bytes`, and in what was sent last */
    size_t piece;            /* bytes that are sent at a time; 0: all */
    bool paced;              /* with a pause after each piece, so that it is read alone */
    bool is_sending;         /* now, so nothing may be written in between */
    uint8_t replies[4096];   /* Pongs and a Close that wait for the end of a frame */
    size_t replies_length;
    bool reply_is_cut; /* a part of the first was sent, so the rest goes before anything else */
};

/* The messages that are to come back, and how much of the first one has come. */
struct trial_messages {
    bool judged; /* what comes is compared with what is wanted */
    struct trial_wanted wanted[TRIAL_WANTED_MAX];
    size_t first, count;
    uint64_t sent, came; /* messages, counted by their last frames */
    bool unasked;        /* more have come than were sent */
    bool begun;          /* a message has begun and not ended */
    uint64_t done;       /* bytes of it that have come and were right */
};

/* All Pings and Pongs that were sent. */
struct trial_controls {
    struct trial_control *sent;
    size_t count, capacity;
    size_t answered;      /* those before this index need no Pong any more */
    char stray_pong[120]; /* the payload of a Pong that answers none of them; or "" */
    bool ping_came;       /* the other side has sent a Ping */
};

/* The closing handshake. */
struct trial_closing {
    bool received, sent, sent_after; /* sent_after: a frame after our Close */
    unsigned code, sent_code;        /* TRIAL_NO_CODE if the Close had none */
    size_t entry;                    /* of the Close that came, in the transcript */
};

/* A client under test. Its masking keys are kept when a case starts it again. */
struct trial_client {
    struct child *child;
    char *output;     /* what it had printed when it was stopped */
    char path[80];    /* the path of its URL, different for each case */
    char target[200]; /* the path, and perhaps a query */
    unsigned place;   /* the number of listener_expect; 0: it is not expected */
    bool absent;      /* it did not connect */
    bool hung_up;     /* its input has ended, so it sends the first Close */
    uint32_t masking_keys[TRIAL_KEYS_MAX];
    size_t masking_key_count;
    struct head head, former_head; /* of its request, and of the one before it */
    size_t head_entry;             /* of `head` in the transcript */
};

struct trial_verdict {
    enum level failed;
    enum cause cause;         /* of the failure */
    const char *broken;       /* the rule that an illegal frame broke; or NULL */
    bool shortened;           /* the last wait was shorter than usual */
    char want[320], got[480]; /* what the case wanted, and what happened instead */
    char skipped[160];        /* why the case cannot be judged; or "" */
};

struct trial {
    const struct trial_settings *settings;
    struct script_run *run; /* the state of the case's script; NULL: there is none */
    uint64_t random;        /* the state of trial_random */
    unsigned number;        /* of an additional connection, which sends it at step 1 */
    int64_t timeout;        /* that of the settings, or a longer one that the case needs */
    int64_t waited;         /* the time-out of the last wait, which may be shorter */
    int64_t ends;           /* when the case is over, even if bytes still come (clock_now) */
    size_t printed;         /* bytes that the server had printed when this began */
    struct link link;
    struct reader reader;
    struct transcript transcript;
    size_t entry; /* of the frame that is coming, in the transcript */
    struct request request;
    struct head answer;
    struct negotiation agreement; /* about permessage-deflate */
    struct deflate *deflate;      /* compresses what is sent; NULL until it is needed */
    void *deflate_memory;

    uint64_t progress; /* counts what comes, except Pings, and Pongs that answer no Ping */
    struct trial_outbox outbox;
    struct trial_messages messages;
    struct trial_controls controls;
    struct trial_closing closing;
    struct trial_client client;
    struct trial_verdict verdict;

    bool judges_masks, judges_keys; /* the case is about the mask bit, or about masking keys */
    bool refused;                   /* the answer was 503, which may mean too many connections */
    bool early;                     /* the first frames are sent together with the request */
    bool may_end;   /* the server may end TCP instead of answering, or answer with an error */
    bool is_open;   /* the handshake is done, so the bytes are frames */
    bool mid_frame; /* the last frame sent is not whole, so no other may follow it */
    bool deaf;      /* nothing is read now */
    bool no_reply;  /* a Close that comes is not answered, and TCP has to end without a reset */
    bool finished;  /* wscheck has ended its half of TCP */

    const unsigned *limits; /* codes with which the server may give up, ended by 0; or NULL */
    bool defends;           /* the case passes if the server gives up with one of them */
    bool excused;           /* the server has given up as it may, and the case is over */
};

/* Starts a trial. Its masking keys depend on `name` alone, so they are the same in every run. */
void trial_init(struct trial *trial, const struct trial_settings *settings, const char *name);
void trial_free(struct trial *trial);

/* Makes the request of the settings, in place of the present one. */
void trial_init_request(struct trial *trial);

/* Prepares the reader for the first frame of a connection. */
void trial_init_reader(struct trial *trial);

/* Records a failure: its cause, what was wanted, and what happened instead. Of several failures the
 * first one of the highest level stays. */
void trial_fail(struct trial *trial, enum level level, enum cause cause, const char *want,
                const char *got, ...) __attribute__((format(printf, 5, 6)));

/* Records that the case cannot be judged, and why. */
void trial_skip(struct trial *trial, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Marks the first wrong byte of an entry of the transcript. */
void trial_mark(struct trial *trial, size_t entry, uint64_t wrong);

/* Who is under test: "the server" or "the client". */
const char *trial_peer(const struct trial *trial);

/* Connects to the server. Returns whether that succeeded. If not, the trial has failed, or it is
 * skipped because wscheck itself has run out of something. */
bool trial_connect(struct trial *trial);

/* Appends bytes to the outbox, and sends it if it is full; sends what is in the outbox. */
void trial_put(struct trial *trial, const uint8_t *bytes, size_t len);
void trial_flush(struct trial *trial);

/* Appends bytes of HTTP to the outbox, and to the transcript with this label. */
void trial_put_http(struct trial *trial, const uint8_t *bytes, size_t len, const char *label);

/* Sets the time-out of the case, in ms without progress, and with it the end of the case. */
void trial_give_time(struct trial *trial, int64_t timeout);

/* Begins a wait and returns its time-out in ms. `silence` is the cause if nothing comes; after ten
 * waits in a row with that cause the time-out is shorter, until one succeeds. trial_end_wait ends
 * the wait: it says whether it succeeded, and whether nothing came at all. */
int64_t trial_begin_wait(struct trial *trial, enum cause silence);
void trial_end_wait(struct trial *trial, enum cause silence, bool came, bool silent);

/* The time-out of the last wait in words, such as "3 s"; if it was shorter, with the reason. */
const char *trial_waited(const struct trial *trial, char out[TRIAL_WAITED_SIZE]);

/* Whether the case's time is over. Every wait ends then, even if bytes still come. */
bool trial_is_over(const struct trial *trial);

/* Waits `milliseconds` and judges the frames that arrive. */
void trial_pause(struct trial *trial, int64_t milliseconds);

/* Waits for bytes until the deadline and judges them. Returns false if none came in time or none
 * can come any more. */
bool trial_receive(struct trial *trial, int64_t deadline);

/* trial_send.c: makes a whole and legal frame with a new masking key. The payload is not copied. */
struct writer_frame trial_frame(struct trial *trial, uint8_t opcode, const void *payload,
                                size_t length);

/* Puts a frame into the outbox; only its first `cut` bytes if that is not 0. If `split` is not 0,
 * the first `split` bytes are sent at once, and a pause follows. */
void trial_send_frame(struct trial *trial, struct writer_frame *frame, uint64_t cut, size_t split);
void trial_send_simple(struct trial *trial, uint8_t opcode, const void *payload, size_t length);
void trial_send_close(struct trial *trial, unsigned code);
uint32_t trial_random(struct trial *trial);

/* trial_deflate.c: compresses a payload as was agreed, into `length` bytes. The caller frees it. */
uint8_t *trial_deflate(struct trial *trial, const struct payload *payload, size_t *length);
void trial_deflate_free(struct trial *trial);

/* Skips the case unless permessage-deflate is agreed; unless `parameter` is empty, with this
 * parameter (name or name=value), or without it if a ! stands in front. A name without client_ or
 * server_ is that of the direction in which wscheck sends. */
void trial_need_agreement(struct trial *trial, const char *parameter);

/* Accepts the offer of a client under test, with `parameter` as for trial_need_agreement, or skips
 * the case. */
void trial_answer_offer(struct trial *trial, const char *parameter);

/* trial_incoming.c: judges the bytes that have been read. */
void trial_judge_input(struct trial *trial);

/* trial_messages.c: expects a message, after those that are expected already. */
void trial_want(struct trial *trial, const struct trial_wanted *wanted);

/* trial_open.c: puts the request into the outbox; reads the head of the other side; reads any HTTP
 * response; reads a 101 that breaks no rule, after which the connection is open. Those that read
 * return whether they succeeded; trial_gather does not fail the trial, the others do, or excuse
 * it. */
void trial_send_request(struct trial *trial);
bool trial_gather(struct trial *trial, struct head *head);
bool trial_read_answer(struct trial *trial);
bool trial_read_accepted(struct trial *trial);

/* trial_wait.c: waits for all messages that are expected, or for the Pong of the last Ping. If the
 * time is over or the connection ends, the trial has failed. */
void trial_wait_messages(struct trial *trial);
void trial_wait_pong(struct trial *trial);

/* Waits until the other side fails the connection with one of these codes (ended by 0). If nothing
 * comes at all, that is a failure of the level `silence`. */
void trial_wait_failed(struct trial *trial, const unsigned *codes, enum level silence);

/* Waits until the server fails the connection with one of these codes, or has answered the last
 * Ping and sent all expected messages, optional or not. Returns whether the connection goes on. */
bool trial_wait_failed_or_alive(struct trial *trial, const unsigned *codes);

/* A Close was sent. Waits for its answer and the end of TCP. If there are `codes` (ended by 0), the
 * answer has to have one of them. */
void trial_wait_closed(struct trial *trial, const unsigned *codes);

/* Ends a case that is not about the end: sends a Close and waits for the answer and the end of TCP,
 * but does not fail the case if they do not come. It fails if the other side fails the connection.
 * If `is_opened`, the case is about an open connection, and a Pong or a Close has to come. */
void trial_say_goodbye(struct trial *trial, bool is_opened);

/* Waits until the other side ends TCP, in whatever way. */
void trial_wait_ended(struct trial *trial);

#endif
