/* faults: calls of the C library that fail when a test says so.
 *
 * The Makefile links each server a second time, as faults_step05_echo and so on, from the same
 * objects, with the linker's option --wrap: it makes every call of recv, for example, a call of
 * wrap.c's __wrap_recv. The program itself is not changed. wrap.c and the test share the memory of
 * a file. There the test says what is to fail, and wrap.c counts.
 */
#ifndef TESTS_FAULTS_FAULTS_H
#define TESTS_FAULTS_FAULTS_H

#include <stdatomic.h>
#include <stdbool.h>

/* The variables of the environment that wrap.c looks at: the name of the shared file, and a value
 * for `one_byte`. */
#define FAULTS_FILE "FAULTS_FILE"
#define FAULTS_ONE_BYTE "FAULTS_ONE_BYTE"

/* A prime, so that no size in a protocol is a multiple of it. */
enum { FAULTS_PIECE = 997 };

/* The calls that can fail, as in calls.txt; FAULTS_accept and so on are their numbers. getaddrinfo
 * fails with an error EAI_... instead of an errno. write fails on standard error only: in the pipe
 * of the stop signal there is always room for a byte, or no further byte is needed. */
/* clang-format off */
#define FAULTS_EACH(DO) \
    DO(accept) DO(bind) DO(calloc) DO(close) DO(fcntl) DO(getaddrinfo) DO(getrlimit) \
    DO(getsockname) DO(listen) DO(malloc) DO(open) DO(pipe) DO(poll) DO(pthread_attr_init) \
    DO(pthread_attr_setstacksize) DO(pthread_create) DO(pthread_kill) DO(realloc) DO(recv) \
    DO(send) DO(sendmsg) DO(setrlimit) DO(setsockopt) DO(shutdown) DO(socket) DO(sysconf) \
    DO(write)
/* clang-format on */
#define FAULTS_NUMBER(name) FAULTS_##name,
enum faults_call { FAULTS_NONE, FAULTS_EACH(FAULTS_NUMBER) FAULTS_CALLS };

struct faults_control {
    /* Set by the test. */
    atomic_int call;      /* which is to fail, or FAULTS_NONE */
    atomic_uint at;       /* 1: at its first call from now on, and so on */
    atomic_bool sticky;   /* and at all calls after that, too */
    atomic_int error;     /* with this errno */
    atomic_uint one_byte; /* this many calls of recv, send and sendmsg in each thread move one byte,
                           * and those after them FAULTS_PIECE at most; 0: no limit */
    atomic_uint exempt;   /* the number of a thread whose calls are not counted and do not fail;
                         * 0: none. The first thread that the program starts has number 1. */

    /* Set by wrap.c. The test resets `reached` and `calls`. */
    atomic_uint reached;             /* calls that failed */
    atomic_uint calls[FAULTS_CALLS]; /* calls of each kind */
    atomic_uint started;             /* threads that were ever started */
    atomic_int threads;              /* those of them that run */
    atomic_int descriptors;          /* opened and not closed */
    atomic_int blocks;               /* of memory, lists of addresses, attributes of threads, taken
                                      * and not given back */
    atomic_uint port;                /* that the program listens on; 0: it does not */
};

#endif
