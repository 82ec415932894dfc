/* scenario: a client that uses everything the echo server offers: a page, and a connection with the
 * opening handshake, a message, one in fragments, one for which the buffer grows, a ping, and the
 * closing handshake. It keeps all that the server sends. */
#ifndef TESTS_FAULTS_SCENARIO_H
#define TESTS_FAULTS_SCENARIO_H

#include "tests/faults/driver.h"
#include "tests/support/raw_client.h"

enum { SCENARIO_STAGES = 6 };

/* What the server sent on one connection. */
struct scenario_talk {
    struct wire got;                /* with the digits of the Date field blanked out */
    size_t stages[SCENARIO_STAGES]; /* how long `got` was after each answer */
    size_t count;                   /* answers that came whole */
    bool ended;                     /* the stream ended, with a FIN unless `reset` */
    bool reset;
};

struct scenario {
    struct scenario_talk page, echo;
};

enum { SCENARIO_LARGE = 600000 }; /* for which the buffer grows several times */

/* Plays the client, with a large message of this size, and waits for the end of both connections,
 * or until nothing has come for PROCESS_WAIT. The caller frees the result with scenario_free. */
void scenario_play(struct scenario *scenario, unsigned port, size_t large);
void scenario_free(struct scenario *scenario);

/* Checks a scenario that nothing disturbed: the bytes are those of the RFC. */
void scenario_check_whole(const struct scenario *scenario, size_t large);

/* How a scenario differs from one that nothing disturbed. */
enum scenario_verdict {
    SCENARIO_SAME, /* not at all */
    SCENARIO_CUT,  /* it ended early, with a Close frame, an error of HTTP, or nothing. A ping from
                    * the server counts as this, too. */
    SCENARIO_WRONG /* it did not end, or other bytes came */
};
enum scenario_verdict scenario_compare(const struct scenario *scenario,
                                       const struct scenario *whole);

/* Returns whether the connection with messages ended with a Close frame with this code. */
bool scenario_closed_with(const struct scenario *scenario, unsigned code);

/* bystander_open opens a connection that stays, and bystander_echo has it echo a message. */
int bystander_open(unsigned port);
void bystander_echo(int fd);

/* A server, a connection that stays and whose calls do not fail, and what the server holds for
 * it. */
struct stage {
    struct process process;
    int bystander;
    struct driver_held held;
};

/* Starts a server with an argument, NULL for none. Returns false after a failed check. */
bool stage_begin(struct stage *stage, const char *program, const char *argument);

/* Stops the server. The connection that stays must get a Close, and the process must give back all
 * that it holds. */
void stage_end(struct stage *stage);

#endif
