/* driver: the main of the tests, which says which calls of a program are to fail. One program at a
 * time. */
#ifndef TESTS_FAULTS_DRIVER_H
#define TESTS_FAULTS_DRIVER_H

#include "tests/faults/faults.h"
#include "tests/support/process.h"

enum { DRIVER_ERRORS_MAX = 16 };

/* A call, and errors that it can give, ended by 0. */
struct driver_fault {
    enum faults_call call;
    int errors[DRIVER_ERRORS_MAX];
};

/* Whether every error is to be tried at every call (`make faults`). Otherwise the first error of
 * each call is, and the others at its first call only. */
bool driver_tries_all(void);

/* The memory shared with the program. The driver's main makes it before it runs the tests. */
extern struct faults_control *driver_control;

/* Forgets all counts. Call it before each start of a program, and then driver_arm if a call is to
 * fail during the start. */
void driver_reset(void);

/* Lets the call number `at` from now on fail with `error`, and, if `sticky`, all after it. */
void driver_arm(enum faults_call call, unsigned at, int error, bool sticky);

/* Lets nothing fail any more. Returns how often something has since driver_arm. */
unsigned driver_disarm(void);

/* The name of a call, for messages. */
const char *driver_name(enum faults_call call);

/* What the program holds: threads, descriptors, and blocks of memory. */
struct driver_held {
    int threads, descriptors, blocks;
};

/* What it holds now; and a wait, with a bound, until it holds this again. Returns whether it does;
 * a failed check says what it holds instead. */
struct driver_held driver_holds(void);
bool driver_wait_until_held(struct driver_held wanted, const char *what);

#endif
