#include "wscheck/child.h"

#include "common/clock.h"
#include "common/process.h"
#include "wscheck/memory.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 4 * 1024 * 1024, STOP_GRACE = 3000, KILL_GRACE = 200 /* ms */ };

struct child {
    struct child *next; /* in the list of all children; `forks` guards it */
    pid_t pid;
    int output, input; /* our ends of two pipes; input is -1 after child_hang_up */
    pthread_t reader;
    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t changed;
    bool silent, crashed; /* silent: nobody can write to the pipe any more */
    char end[80];         /* how it ended, or "" */
    size_t length;
    char text[OUTPUT_MAX + 1]; /* its output, a string */
};

static pthread_mutex_t forks = PTHREAD_MUTEX_INITIALIZER;
static struct child *children;

void child_hold_forks(void) {
    pthread_mutex_lock(&forks);
}

void child_release_forks(void) {
    pthread_mutex_unlock(&forks);
}

static void *collect(void *argument) {
    struct child *child = argument;
    char chunk[4096];
    do {
        ssize_t count = read(child->output, chunk, sizeof chunk);
        bool goes_on = count > 0 || (count < 0 && errno == EINTR);
        pthread_mutex_lock(&child->mutex);
        for (ssize_t i = 0; i < count && child->length < OUTPUT_MAX; i++) {
            child->text[child->length++] = chunk[i] != '\0' ? chunk[i] : ' ';
        }
        child->text[child->length] = '\0';
        child->silent = !goes_on;
        pthread_cond_broadcast(&child->changed);
        pthread_mutex_unlock(&child->mutex);
    } while (!child->silent);
    return NULL;
}

/* Replaces this process with the command. Does not return. */
static void run(const char *command, int input, int output) {
    setpgid(0, 0);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    process_restore_signals();
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* Makes a pipe that other children do not inherit. Returns 0, or -1 with errno. */
static int make_pipe(int ends[2]) {
    if (pipe(ends) != 0) {
        return -1;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

/* Starts the command with its pipes and a thread that reads its output. Returns 0, or an errno, and
 * then nothing runs. */
static int start(struct child *child, const char *command) {
    int output[2] = {-1, -1}, input[2] = {-1, -1};
    child_hold_forks();
    child->pid = make_pipe(output) == 0 && make_pipe(input) == 0 ? fork() : -1;
    if (child->pid == 0) {
        run(command, input[0], output[1]);
    }
    int problem = child->pid > 0 ? 0 : errno;
    child->output = output[0];
    child->input = input[1];
    close(output[1]);
    close(input[0]);
    if (problem == 0) {
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

/* The command with {port}, {path} and {url} replaced. The caller frees it. */
static char *fill_in_command(const char *command, const char *host, const char *path) {
    char *filled = NULL;
    size_t length;
    FILE *out = memory_stream(&filled, &length);
    while (*command != '\0') {
        if (strncmp(command, "{port}", 6) == 0) {
            fprintf(out, "%s", strrchr(host, ':') + 1);
            command += 6;
        } else if (path != NULL && strncmp(command, "{path}", 6) == 0) {
            fprintf(out, "%s", path);
            command += 6;
        } else if (path != NULL && strncmp(command, "{url}", 5) == 0) {
            fprintf(out, "ws://%s%s", host, path);
            command += 5;
        } else {
            fputc(*command++, out);
        }
    }
    fclose(out);
    return filled;
}

static void free_child(struct child *child) {
    close(child->output);
    child_hang_up(child);
    free(child);
}

struct child *child_start(const char *command, const char *host, const char *path) {
    struct child *child = malloc(sizeof *child);
    if (child == NULL) {
        abort();
    }
    memset(child, 0, offsetof(struct child, text) + 1); /* zeroing all of `text` would take long */
    char *filled = fill_in_command(command, host, path);
    pthread_mutex_init(&child->mutex, NULL);
    pthread_cond_init(&child->changed, NULL);
    int problem = start(child, filled);
    free(filled);
    if (problem != 0) {
        free_child(child);
        errno = problem;
        return NULL;
    }
    if (path == NULL) {
        child_hang_up(child);
    }
    return child;
}

void child_hang_up(struct child *child) {
    if (child->input >= 0) {
        close(child->input);
        child->input = -1;
    }
}

bool child_is_running(struct child *child) {
    int status;
    pthread_mutex_lock(&child->mutex);
    if (child->end[0] == '\0' && waitpid(child->pid, &status, WNOHANG) == child->pid) {
        /* If a signal ended the shell's command, the shell exits with 128 plus its number. */
        int number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status) - 128;
        child->crashed = number == SIGSEGV || number == SIGABRT || number == SIGBUS ||
                         number == SIGFPE || number == SIGILL;
        if (WIFSIGNALED(status)) {
            snprintf(child->end, sizeof child->end, "it was killed by signal %d (%s)",
                     WTERMSIG(status), strsignal(WTERMSIG(status)));
        } else {
            snprintf(child->end, sizeof child->end, "it ended with exit status %d",
                     WEXITSTATUS(status));
        }
    }
    bool running = child->end[0] == '\0';
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
    length = length < most ? length : most;
    char *copy = memory_take(length + 1);
    memcpy(copy, child->text + child->length - length, length);
    pthread_mutex_unlock(&child->mutex);
    return copy;
}

/* Whether the output shows the text's bytes in hexadecimal, however a line groups the digits. */
static bool shows_digits(const char *output, const char *text) {
    char *digits = memory_take(2 * strlen(text) + 1), *shown = memory_take(strlen(output) + 1);
    for (size_t i = 0; text[i] != '\0'; i++) {
        snprintf(digits + 2 * i, 3, "%02x", (unsigned char)text[i]);
    }
    for (size_t length = 0; *output != '\0'; output++) {
        if (*output != ' ') {
            shown[length++] = (char)tolower((unsigned char)*output);
        }
    }
    bool found = strstr(shown, digits) != NULL;
    free(digits);
    free(shown);
    return found;
}

/* Waits until there is output, or until it has ended. Returns false if it had already ended or the
 * deadline has passed. */
static bool wait_for_change(struct child *child, int64_t deadline) {
    int64_t left = deadline - clock_now();
    if (child->silent || left <= 0) {
        return false;
    }
    clock_wait(&child->changed, &child->mutex, left);
    return true;
}

bool child_prints(struct child *child, size_t offset, const char *text, int64_t deadline) {
    bool found;
    pthread_mutex_lock(&child->mutex);
    do {
        const char *output = child->text + (offset < child->length ? offset : child->length);
        found = strstr(output, text) != NULL || shows_digits(output, text);
    } while (!found && wait_for_change(child, deadline));
    pthread_mutex_unlock(&child->mutex);
    return found;
}

bool child_wait_silent(struct child *child, int64_t deadline) {
    pthread_mutex_lock(&child->mutex);
    while (wait_for_change(child, deadline)) {
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

void child_terminate(const struct child *child) {
    kill(-child->pid, SIGTERM);
}

/* A process that has left the group may hold the pipe open for ever. Then the thread that reads it
 * goes on, and its memory is not freed. */
void child_stop(struct child *child) {
    if (child_is_running(child)) {
        child_terminate(child);
    }
    child_wait_silent(child, clock_now() + STOP_GRACE);
    kill(-child->pid, SIGKILL);
    if (child_is_running(child)) {
        waitpid(child->pid, NULL, 0);
    }
    child_hold_forks();
    struct child **link = &children;
    while (*link != child) {
        link = &(*link)->next;
    }
    *link = child->next;
    child_release_forks();
    child_hang_up(child);
    if (!child_wait_silent(child, clock_now() + KILL_GRACE)) {
        pthread_detach(child->reader);
        return;
    }
    pthread_join(child->reader, NULL);
    free_child(child);
}
