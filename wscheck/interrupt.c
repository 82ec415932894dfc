#include "wscheck/interrupt.h"

#include "common/process.h"
#include "wscheck/child.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static int stop;

/* The children are in process groups of their own, which the terminal's ^C does not reach. When
 * they are gone the cases fail, and nobody wants to read about that. */
static void *wait_for_signal(void *argument) {
    char number;
    (void)argument;
    while (read(stop, &number, 1) != 1) {
    }
    if ((ftrylockfile(stdout) | ftrylockfile(stderr)) != 0) {
        /* Another thread is writing right now, and may end what it has begun. */
    }
    child_stop_all();
    signal(number, SIG_DFL);
    raise(number);
    return NULL;
}

int interrupt_stops_children(void) {
    pthread_t thread;
    stop = process_catch_stop();
    errno = stop < 0 ? errno : pthread_create(&thread, NULL, wait_for_signal, NULL);
    return errno == 0 ? 0 : -1;
}
