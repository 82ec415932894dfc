/* child: the server or client under test, started by --exec and stopped at the end. */
#ifndef WSCHECK_CHILD_H
#define WSCHECK_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct child;

/* Only one thread at a time opens descriptors that no child shall inherit, or starts a child:
 * whoever holds this may do so. */
void child_hold_forks(void);
void child_release_forks(void);

/* Starts a shell command in a process group of its own; its output is collected. In the command
 * {port} stands for the port at the end of `host` ("127.0.0.1:8000"). Of a client, and only of
 * one, the `path` is not NULL: {path} stands for it, and {url} for the whole URL. Its standard
 * input is a pipe with nothing in it, which child_hang_up ends; that of a server has ended. Returns
 * NULL with errno when nothing could be started. */
struct child *child_start(const char *command, const char *host, const char *path);
void child_hang_up(struct child *child);

/* Whether it has not ended. */
bool child_is_running(struct child *child);

/* How it ended, in words; "" while it runs. The text belongs to the child. */
const char *child_end(struct child *child);

/* Whether it has ended in a way in which no program means to: by a signal that it was not sent. */
bool child_crashed(struct child *child);

/* How much it has printed so far, and a copy of what it printed from `offset` on, as a C string of
 * at most `most` characters from the end. Free it. */
size_t child_printed(struct child *child);
char *child_output(struct child *child, size_t offset, size_t most);

/* Waits until its output holds the text, as it is or as hexadecimal digits. */
bool child_prints(struct child *child, const char *text, int64_t deadline);

/* Waits until its output has ended, as it does when the process has, or until the deadline. Returns
 * whether it has. */
bool child_wait_silent(struct child *child, int64_t deadline);

/* Asks it to end (SIGTERM), and does not wait. */
void child_terminate(const struct child *child);

/* Asks it to end (SIGTERM), ends it after a while (SIGKILL), and frees everything. */
void child_stop(struct child *child);

/* Does the same to all that run, and frees nothing: other threads may still use them. Afterwards
 * nobody can start or stop a child any more, so only the end of the program may follow. */
void child_stop_all(void);

#endif
