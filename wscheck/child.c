#include "wscheck/child.h"

#include "common/clock.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 4 * 1024 * 1024, STOP_GRACE = 3000 };

struct child {
    pid_t pid;
    unsigned port;
    int output; /* the end of a pipe */
    pthread_t reader;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    char *text;
    size_t length;
    bool silent; /* the pipe has been closed at its other end */
    bool ended;
    char end[80];
};

/* Lets the kernel pick a port and gives it back at once; the server takes it a moment later. */
static unsigned free_port(void) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    close(fd);
    return ntohs(address.sin_port);
}

/* The command with the port filled in, as an argument of `sh -c`. */
static char *fill_in(const char *command, unsigned port) {
    static const char name[] = "{port}";
    char *filled = malloc(6 * strlen(command) + 8), *out = filled;
    if (filled == NULL) {
        abort();
    }
    while (*command != '\0') {
        if (strncmp(command, name, strlen(name)) == 0) {
            out += sprintf(out, "%u", port);
            command += strlen(name);
        } else {
            *out++ = *command++;
        }
    }
    *out = '\0';
    return filled;
}

static void *collect(void *argument) {
    struct child *child = argument;
    char chunk[4096];
    ssize_t count;
    while ((count = read(child->output, chunk, sizeof chunk)) > 0 ||
           (count < 0 && errno == EINTR)) {
        pthread_mutex_lock(&child->mutex);
        for (ssize_t i = 0; i < count && child->length < OUTPUT_MAX; i++) {
            child->text[child->length++] = chunk[i] != '\0' ? chunk[i] : ' ';
        }
        pthread_cond_broadcast(&child->changed);
        pthread_mutex_unlock(&child->mutex);
    }
    pthread_mutex_lock(&child->mutex);
    child->silent = true;
    pthread_cond_broadcast(&child->changed);
    pthread_mutex_unlock(&child->mutex);
    return NULL;
}

static void run(const char *command, int output) {
    setpgid(0, 0);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

struct child *child_start(const char *command) {
    struct child *child = calloc(1, sizeof *child);
    int ends[2];
    if (child == NULL || pipe(ends) != 0) {
        free(child);
        return NULL;
    }
    child->port = free_port();
    child->text = malloc(OUTPUT_MAX + 1);
    child->output = ends[0];
    pthread_mutex_init(&child->mutex, NULL);
    pthread_cond_init(&child->changed, NULL);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    char *filled = fill_in(command, child->port);
    child->pid = fork();
    if (child->pid == 0) {
        run(filled, ends[1]);
    }
    free(filled);
    close(ends[1]);
    if (child->pid < 0 || child->text == NULL ||
        pthread_create(&child->reader, NULL, collect, child) != 0) {
        close(ends[0]);
        free(child->text);
        free(child);
        return NULL;
    }
    setpgid(child->pid, child->pid);
    return child;
}

unsigned child_port(const struct child *child) {
    return child->port;
}

bool child_is_running(struct child *child) {
    int status;
    pthread_mutex_lock(&child->mutex);
    if (!child->ended && waitpid(child->pid, &status, WNOHANG) == child->pid) {
        child->ended = true;
        if (WIFSIGNALED(status)) {
            snprintf(child->end, sizeof child->end, "it was killed by signal %d (%s)",
                     WTERMSIG(status), strsignal(WTERMSIG(status)));
        } else {
            snprintf(child->end, sizeof child->end, "it ended with exit status %d",
                     WEXITSTATUS(status));
        }
    }
    bool running = !child->ended;
    pthread_mutex_unlock(&child->mutex);
    return running;
}

const char *child_end(struct child *child) {
    return child_is_running(child) ? "" : child->end;
}

size_t child_printed(struct child *child) {
    pthread_mutex_lock(&child->mutex);
    size_t length = child->length;
    pthread_mutex_unlock(&child->mutex);
    return length;
}

char *child_output(struct child *child, size_t offset, size_t most) {
    pthread_mutex_lock(&child->mutex);
    size_t length = child->length > offset ? child->length - offset : 0;
    offset = child->length - length;
    if (length > most) {
        offset += length - most;
        length = most;
    }
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, child->text + offset, length);
    copy[length] = '\0';
    pthread_mutex_unlock(&child->mutex);
    return copy;
}

/* Whether the output shows the digits of the text's bytes, however they are grouped on a line. */
static bool shows_digits(const char *output, const char *text) {
    char digits[64];
    size_t count = 0;
    for (; *text != '\0' && count + 3 < sizeof digits; text++) {
        count +=
            (size_t)snprintf(digits + count, sizeof digits - count, "%02x", (unsigned char)*text);
    }
    for (; *output != '\0'; output++) {
        const char *next = output;
        size_t same = 0;
        while (same < count &&
               (tolower((unsigned char)*next) == digits[same] || (*next == ' ' && same > 0))) {
            same += *next++ != ' ';
        }
        if (same == count) {
            return true;
        }
    }
    return false;
}

bool child_prints(struct child *child, const char *text, int64_t deadline) {
    bool found = false;
    pthread_mutex_lock(&child->mutex);
    for (;;) {
        child->text[child->length] = '\0';
        found = strstr(child->text, text) != NULL || shows_digits(child->text, text);
        if (found || child->silent || clock_now() >= deadline) {
            break;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        pthread_cond_timedwait(&child->changed, &child->mutex, &until);
    }
    pthread_mutex_unlock(&child->mutex);
    return found;
}

void child_wait_silent(struct child *child, int64_t deadline) {
    pthread_mutex_lock(&child->mutex);
    while (!child->silent && clock_now() < deadline) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 1;
        pthread_cond_timedwait(&child->changed, &child->mutex, &until);
    }
    pthread_mutex_unlock(&child->mutex);
}

void child_stop(struct child *child) {
    if (child_is_running(child)) {
        kill(-child->pid, SIGTERM);
    }
    child_wait_silent(child, clock_now() + STOP_GRACE);
    kill(-child->pid, SIGKILL);
    if (child_is_running(child)) {
        waitpid(child->pid, NULL, 0);
    }
    pthread_join(child->reader, NULL);
    close(child->output);
    free(child->text);
    free(child);
}
