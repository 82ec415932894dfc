/* attack: what the attacks on the echo server have in common. Each of them starts a server of its
 * own, as a user would, does to it what somebody with bad intentions would, and requires that what
 * it costs the server keeps a bound: time, processor, memory, descriptors. Linux only: that is
 * where /proc says what a process uses. */
#ifndef TESTS_ATTACKS_ATTACK_H
#define TESTS_ATTACKS_ATTACK_H

#include "tests/support/raw_client.h"
#include "tests/support/test.h"

struct attack {
    const char *name; /* for --only */
    void (*run)(void);
    bool quick; /* a moment, and nothing that a busy machine could spoil: `make test` runs it */
};

/* The attacks of each file, ended by one without a name. */
extern const struct attack request_attacks[], head_attacks[], frame_attacks[], flood_attacks[],
    bomb_attacks[], text_attacks[], hardest_attacks[], patience_attacks[], reset_attacks[],
    together_attacks[];

/* The server under attack. */
extern struct process attack_server;

enum { ATTACK_OPEN = 101, ATTACK_BROKEN = -1 };

/* Starts the server with these options, ended by NULL, and notes what it uses. Returns false after
 * a failed check. */
bool attack_begin(const char *const *options);

/* The same with another server of the house than the echo server of step 5. */
bool attack_begin_program(const char *program, const char *const *options);

/* The attack is over and all its connections are closed: within a bound the server must be down to
 * the threads and descriptors of its start, serve an ordinary client, and end with status 0. */
void attack_end(void);

/* Requires that `got` is less than `bound`, and says so in the attack's line: "answer 3 ms < 1000".
 * A cost is memory or processor time, which is not judged when a sanitizer adds its own. */
void attack_bound(const char *what, double got, double bound, const char *unit);
void attack_cost(const char *what, double got, double bound, const char *unit);

/* Adds a remark to the attack's line. */
void attack_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts the remarks for another attack, and gives those of the last. */
void attack_clear_notes(void);
const char *attack_notes(void);

/* How many more threads the server has than at its start. */
long attack_threads(void);

/* By how much the peak of resident memory, or the memory that is there to be written at now, has
 * grown since the server started, in KiB; and the processor time since then in microseconds. */
double attack_peak_growth(void);
double attack_data_growth(void);
double attack_cpu(void);

/* Requires that growth and says it. */
void attack_peak_bound(double bound);

/* Waits until the server has no thread but the one that accepts and so many for connections that
 * are still open. Returns whether it came to that within PROCESS_WAIT. */
bool attack_settle(long open);

/* Waits a moment; between two looks at something, never in the hope that something has happened. */
void attack_pause(int milliseconds);

/* Microseconds of a clock that only goes forward. */
int64_t attack_now(void);

/* The request of raw_client_handshake with more header lines, each ending with CR LF, in front of
 * its last, empty line. */
void attack_request(struct wire *request, const char *lines);

/* Opens a connection as a page of https://good.example would; as raw_client_open otherwise. */
int attack_open(void);

/* Sends a request on a connection of its own and returns the status of the answer, or
 * ATTACK_BROKEN. Unless it is a 101, the server must end the connection after that one answer. */
int attack_ask(const void *request, size_t len);

/* Sends a message of this size to the server and waits for its echo. Returns the time that took in
 * microseconds, or -1. */
int64_t attack_echo(int fd, size_t size);

/* Waits for a Close frame, past other frames, and the end of the stream after it. Returns its
 * code, or ATTACK_BROKEN. */
int attack_close_code(int fd);

/* Runs `body` in a process of its own that stands for another machine: it only gets the processor
 * time that nobody else wants. It is ended by attack_stop_helper, or when its body returns. */
pid_t attack_helper(void (*body)(void *context), void *context);

/* Ends a helper. Returns its exit status: 0 when the body returned, -1 when it had to be killed. */
int attack_stop_helper(pid_t helper);

/* Whether the helper's body has returned; if so, stores its exit status as attack_stop_helper. */
bool attack_helper_ended(pid_t helper, int *status);

/* Waits for that; after PROCESS_WAIT it stops the helper. Returns its exit status. */
int attack_wait_helper(pid_t helper);

#endif
