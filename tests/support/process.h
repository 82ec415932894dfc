/* process: a program of this project, started by a test and driven from outside over real sockets.
 * Every wait has a bound; a test that waits in vain fails with what it waited for. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROCESS_WAIT = 20000 }; /* ms that anything may take on a slow machine */

struct process {
    pid_t pid;
    unsigned port;
    char log[256];    /* the file that its standard error goes to; "" after process_log_to */
    int output_fd;    /* its standard output; 0: not ours */
    char output[512]; /* what it printed there until it listened, and what process_prints read */
};

/* Starts $BUILD/NAME with `--port 0` and the given arguments (ended by NULL), and waits for the
 * line that says where it listens. Returns whether it came; a failed check says why not. */
bool process_start(struct process *process, const char *name, const char *const *arguments);

/* Sends SIGTERM and waits for the end. Returns the exit status, or -1 if it was killed by a signal
 * or had to be killed because it did not end. */
int process_stop(struct process *process);

/* The main function of tests that share a server: starts it, runs all tests, and requires that
 * SIGTERM ends it with status 0. Returns the exit status. */
int process_test_main(struct process *process, const char *name, const char *const *arguments);

/* Runs $BUILD/NAME with the arguments to its end; returns the exit status and stores what it
 * printed on both outputs as a string. */
int process_run(const char *name, const char *const *arguments, char *printed, size_t size);

/* Waits until a text has come on standard output. Returns whether it has. */
bool process_prints(struct process *process, const char *text);

/* Waits until the log contains a text. Returns whether it does. */
bool process_logs(const struct process *process, const char *text);

/* Counts how often the log contains a text, once it has `until`, part of a line that comes after
 * all that could be counted: a log is written a moment after what it tells of. */
size_t process_log_count(const struct process *process, const char *text, const char *until);

/* A number from /proc/PID/status, such as "Threads:" or "VmRSS:" (kB), or the count of open
 * descriptors; -1 where there is no /proc. */
long process_status(const struct process *process, const char *name);
long process_descriptors(const struct process *process);

/* The number of the next descriptor of this process: the same before and after something that must
 * leave none open. */
int process_next_descriptor(void);

/* The processor time that the program has used, in ms; -1 where there is no /proc. */
long process_cpu_ms(const struct process *process);

/* Programs that are started from here on may have at most this many descriptors, or bytes of
 * address space; 0 lifts the limit. */
void process_limit_descriptors(unsigned count);
void process_limit_memory(unsigned long bytes);

/* Programs that are started from here on write their log to this descriptor instead of a file of
 * their own; -1 ends that. */
void process_log_to(int fd);

/* Whether all is built with a sanitizer, or runs under valgrind ($INSTRUMENTED is set). The memory
 * of such a program says nothing about it: freed memory is kept to find its later use. These tools
 * look for leaks themselves. */
bool process_is_instrumented(void);

/* Milliseconds of a clock that only goes forward. */
int64_t now(void);

#endif
