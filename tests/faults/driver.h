/* driver: the main function of the tests, and what they say to a program about the calls that are
 * to fail. One program runs at a time. */
#ifndef TESTS_FAULTS_DRIVER_H
#define TESTS_FAULTS_DRIVER_H

#include "tests/faults/faults.h"
#include "tests/support/process.h"

enum { DRIVER_ERRORS_MAX = 16 };

/* A call, and the errors that it can give, ended by 0. */
struct driver_fault {
    enum faults_call call;
    int errors[DRIVER_ERRORS_MAX];
};

/* Returns whether every error is tried at every call (`make faults`). Otherwise only the first
 * error of a call is, and the others at its first call. */
bool driver_tries_all(void);

/* The memory that is shared with the program. The main function makes it before the tests. */
extern struct faults_control *driver_control;

/* Forgets all counts. Call it before each start of a program, and then driver_arm if a call is to
 * fail during the start. */
void driver_reset(void);

/* Has call number `at` from now on fail with `error`, and all later ones too if `sticky`. */
void driver_arm(enum faults_call call, unsigned at, int error, bool sticky);

/* Has no call fail any more. Returns how many have failed since driver_arm. */
unsigned driver_disarm(void);

/* The name of a call, for messages. */
const char *driver_name(enum faults_call call);

/* What the program holds: threads, descriptors, and blocks of memory. */
struct driver_held {
    int threads, descriptors, blocks;
};

/* driver_holds returns what it holds now. driver_wait_until_held waits until it holds this, at most
 * for PROCESS_WAIT. Returns false after a failed check that says what it holds instead. */
struct driver_held driver_holds(void);
bool driver_wait_until_held(struct driver_held wanted, const char *what);

#endif
