/* raw: what the two raw TCP echoes share. They are the measure for the echo server: they read what
 * is there and write it back, which is the least that any server does, and nothing in them is
 * clever. raw_echo.c has a thread for each connection, epoll_echo.c one thread for all.
 */
#ifndef BENCH_RAW_H
#define BENCH_RAW_H

#include "step05_echo/connection_input.h"

#include <stdbool.h>

/* Both read into as much memory as the echo server does, aligned to BUFFER_ALIGNMENT as well. */
enum { RAW_BUFFER_SIZE = CONNECTION_INPUT_READ_SIZE };

/* Reads the command line (--port, and --mask for raw_answer), listens on 127.0.0.1 and says so on
 * standard output. Returns OPTIONS_GO_ON and the socket in `listener`, whose connections have
 * TCP_NODELAY; else the status that the program shall end with. */
int raw_listen(int argc, char **argv, const char *name, int *listener);

/* Reads once into `buffer` and writes back all that has come; both calls may block. With --mask it
 * masks the bytes in between, with zeros for a key: that takes the time that it takes, and changes
 * nothing. Returns whether the connection goes on; otherwise it has been closed. */
bool raw_answer(int fd, uint8_t buffer[RAW_BUFFER_SIZE]);

#endif
