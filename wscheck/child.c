#include "wscheck/child.h"

#include "common/clock.h"
#include "common/process.h"
#include "wscheck/command.h"

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

enum { OUTPUT_MAX = 4 * 1024 * 1024, STOP_GRACE = 3000, KILL_GRACE = 200 /* ms */ };

struct child {
    struct child *next; /* in the list of all that run; `forks` guards it */
    pid_t pid;
    unsigned port;
    int output; /* the end of a pipe */
    int input;  /* the end of another, or -1 */
    pthread_t reader;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    char *text;
    size_t length;
    bool silent; /* the pipe has been closed at its other end */
    bool ended, crashed;
    char end[80];
};

static pthread_mutex_t forks = PTHREAD_MUTEX_INITIALIZER;
static struct child *children;

void child_hold_forks(void) {
    pthread_mutex_lock(&forks);
}

void child_release_forks(void) {
    pthread_mutex_unlock(&forks);
}

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

static void run(const char *command, int input, int output) {
    setpgid(0, 0);
    dup2(input >= 0 ? input : open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    process_restore_signals();
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* A pipe that no other child gets to see. */
static int make_pipe(int ends[2]) {
    if (pipe(ends) != 0) {
        return -1;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

/* Starts the command with its pipes. Returns 0 or an errno; nothing runs then. */
static int start(struct child *child, const char *command, bool has_input) {
    int output[2] = {-1, -1}, input[2] = {-1, -1};
    child_hold_forks();
    child->pid = make_pipe(output) == 0 && (!has_input || make_pipe(input) == 0) ? fork() : -1;
    if (child->pid == 0) {
        run(command, input[0], output[1]);
    }
    int problem = child->pid > 0 ? 0 : errno;
    child->output = output[0];
    child->input = input[1];
    close(output[1]);
    close(input[0]);
    if (child->pid > 0) {
        setpgid(child->pid, child->pid);
        problem = pthread_create(&child->reader, NULL, collect, child);
    }
    if (problem == 0) {
        child->next = children;
        children = child;
    } else if (child->pid > 0) {
        kill(-child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
    child_release_forks();
    return problem;
}

static struct child *make(const char *command, unsigned port, const char *host, const char *path) {
    struct child *child = calloc(1, sizeof *child);
    if (child == NULL || (child->text = malloc(OUTPUT_MAX + 1)) == NULL) {
        free(child);
        return NULL;
    }
    child->port = port;
    pthread_mutex_init(&child->mutex, NULL);
    pthread_cond_init(&child->changed, NULL);
    char *filled = command_fill_in(command, port, host, path);
    int problem = start(child, filled, path != NULL);
    free(filled);
    if (problem != 0) {
        close(child->output);
        child_hang_up(child);
        free(child->text);
        free(child);
        errno = problem;
        return NULL;
    }
    return child;
}

struct child *child_start(const char *command) {
    return make(command, free_port(), NULL, NULL);
}

struct child *child_start_client(const char *command, unsigned port, const char *host,
                                 const char *path) {
    return make(command, port, host, path);
}

void child_hang_up(struct child *child) {
    if (child->input >= 0) {
        close(child->input);
        child->input = -1;
    }
}

unsigned child_port(const struct child *child) {
    return child->port;
}

bool child_is_running(struct child *child) {
    int status;
    pthread_mutex_lock(&child->mutex);
    if (!child->ended && waitpid(child->pid, &status, WNOHANG) == child->pid) {
        child->ended = true;
        int signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128;
        child->crashed = signal_number == SIGSEGV || signal_number == SIGABRT ||
                         signal_number == SIGBUS || signal_number == SIGFPE ||
                         signal_number == SIGILL;
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

bool child_crashed(struct child *child) {
    return !child_is_running(child) && child->crashed;
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
    int64_t left;
    pthread_mutex_lock(&child->mutex);
    for (;;) {
        child->text[child->length] = '\0';
        found = strstr(child->text, text) != NULL || shows_digits(child->text, text);
        left = deadline - clock_now();
        if (found || child->silent || left <= 0) {
            break;
        }
        clock_wait(&child->changed, &child->mutex, left);
    }
    pthread_mutex_unlock(&child->mutex);
    return found;
}

bool child_wait_silent(struct child *child, int64_t deadline) {
    pthread_mutex_lock(&child->mutex);
    while (!child->silent && clock_now() < deadline) {
        clock_wait(&child->changed, &child->mutex, 50);
    }
    bool silent = child->silent;
    pthread_mutex_unlock(&child->mutex);
    return silent;
}

void child_stop_all(void) {
    child_hold_forks();
    int64_t deadline = clock_now() + STOP_GRACE;
    for (struct child *child = children; child != NULL; child = child->next) {
        kill(-child->pid, SIGTERM);
    }
    for (struct child *child = children; child != NULL; child = child->next) {
        child_wait_silent(child, deadline);
        kill(-child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
    }
}

/* Takes a child out of the list. */
static void forget(const struct child *child) {
    child_hold_forks();
    struct child **link = &children;
    while (*link != child) {
        link = &(*link)->next;
    }
    *link = child->next;
    child_release_forks();
}

void child_terminate(const struct child *child) {
    kill(-child->pid, SIGTERM);
}

/* A process that has left the group may hold the output open for ever. The thread that reads it is
 * left to itself then, with the memory that it uses. */
void child_stop(struct child *child) {
    if (child_is_running(child)) {
        child_terminate(child);
    }
    child_wait_silent(child, clock_now() + STOP_GRACE);
    kill(-child->pid, SIGKILL);
    if (child_is_running(child)) {
        waitpid(child->pid, NULL, 0);
    }
    forget(child);
    child_hang_up(child);
    if (!child_wait_silent(child, clock_now() + KILL_GRACE)) {
        pthread_detach(child->reader);
        return;
    }
    pthread_join(child->reader, NULL);
    close(child->output);
    free(child->text);
    free(child);
}
