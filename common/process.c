#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* macOS refuses a soft limit above this, whatever the hard limit says. */
enum { DESCRIPTORS_MACOS = 10240 };

static struct sigaction sigpipe_before;

/* Opens /dev/null for reading, under the lowest free number. Where there is no /dev/null, as in a
 * bare chroot, a pipe without a writer takes its place. Returns the descriptor, or -1. */
static int open_nothing(void) {
    int ends[2];
    int fd = open("/dev/null", O_RDONLY);
    if (fd < 0 && pipe(ends) == 0) {
        fd = ends[0];
        close(ends[1]);
    }
    return fd;
}

void process_init(void) {
    /* A write to a descriptor that was opened for reading fails, so the same kind serves for input
     * and output. */
    int fd;
    do {
        fd = open_nothing();
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
    struct sigaction ignore = {0};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &sigpipe_before);
}

void process_restore_signals(void) {
    sigaction(SIGPIPE, &sigpipe_before, NULL);
}

uint64_t process_allow_descriptors(uint64_t wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return wanted;
    }
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : (rlim_t)wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        return limit.rlim_cur;
    }
    if (before < DESCRIPTORS_MACOS && limit.rlim_cur > DESCRIPTORS_MACOS) {
        limit.rlim_cur = DESCRIPTORS_MACOS;
        if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
            return limit.rlim_cur;
        }
    }
    return before;
}

/* A signal handler interrupts the program anywhere, so it may do very little; but it may set a flag
 * and write to a pipe. A thread that waits for sockets can then wait for that pipe as well. */
static int stop_pipe[2];
static atomic_bool stop_asked;

static void on_stop_signal(int number) {
    int saved = errno;
    char byte = (char)number;
    atomic_store(&stop_asked, true);
    if (write(stop_pipe[1], &byte, 1) < 0) {
        /* The pipe is full, so the stop is known already. */
    }
    errno = saved;
}

int process_catch_stop(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    if (pipe(stop_pipe) != 0 || fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(stop_pipe[0], F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(stop_pipe[1], F_SETFD, FD_CLOEXEC) != 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction stop = {0}, before;
        stop.sa_handler = on_stop_signal;
        stop.sa_flags = signals[i] == SIGINT ? (int)SA_RESETHAND : 0;
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigaction(signals[i], &stop, NULL);
        }
    }
    return stop_pipe[0];
}

bool process_stop_asked(void) {
    return atomic_load(&stop_asked);
}

int process_flush_output(void) {
    errno = EIO; /* if an earlier write failed; its reason is lost */
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
