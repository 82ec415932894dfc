#include "tests/support/process.h"

#include "tests/support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 24, POLL_INTERVAL = 5 };

int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static unsigned descriptor_limit;

void process_limit_descriptors(unsigned count) {
    descriptor_limit = count;
}

static unsigned long memory_limit;

void process_limit_memory(unsigned long bytes) {
    memory_limit = bytes;
}

static int log_descriptor = -1;

void process_log_to(int fd) {
    log_descriptor = fd;
}

bool process_is_instrumented(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#endif
#endif
    return getenv("INSTRUMENTED") != NULL;
#endif
}

static const char *build_folder(void) {
    const char *folder = getenv("BUILD");
    return folder != NULL ? folder : "build";
}

/* Starts a program with its outputs on the given descriptors; returns its process id. */
static pid_t spawn(const char *name, const char *const *arguments, bool free_port, int out,
                   int err) {
    char path[256];
    char *argv[ARGUMENTS_MAX] = {path};
    int count = 1;
    snprintf(path, sizeof path, "%s/%s", build_folder(), name);
    if (free_port) {
        argv[count++] = (char *)(uintptr_t) "--port=0";
    }
    while (*arguments != NULL && count < ARGUMENTS_MAX - 1) {
        argv[count++] = (char *)(uintptr_t)*arguments++;
    }
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        for (int fd = 3; fd < 64; fd++) {
            close(fd);
        }
        if (descriptor_limit > 0) {
            struct rlimit limit = {descriptor_limit, descriptor_limit};
            setrlimit(RLIMIT_NOFILE, &limit);
        }
        if (memory_limit > 0) {
            struct rlimit limit = {memory_limit, memory_limit};
            setrlimit(RLIMIT_AS, &limit);
        }
        execv(path, argv);
        _exit(127);
    }
    return pid;
}

/* Reads from a pipe until it contains `until` (NULL: until its end) or the time is over. */
static void read_until(int fd, const char *until, char *text, size_t size) {
    int64_t deadline = now() + PROCESS_WAIT;
    size_t len = 0;
    text[0] = '\0';
    while (len + 1 < size && (until == NULL || strstr(text, until) == NULL)) {
        struct pollfd wait = {fd, POLLIN, 0};
        int64_t left = deadline - now();
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0) {
            break;
        }
        ssize_t count = read(fd, text + len, size - 1 - len);
        if (count <= 0) {
            break;
        }
        len += (size_t)count;
        text[len] = '\0';
    }
}

/* Opens the file for the log of a program. */
static int open_log(struct process *process, const char *name) {
    if (log_descriptor >= 0) {
        process->log[0] = '\0';
        return dup(log_descriptor);
    }
    snprintf(process->log, sizeof process->log, "%s/test-results/%s-%ld-XXXXXX", build_folder(),
             name, (long)getpid());
    int log = mkstemp(process->log);
    if (log < 0) {
        snprintf(process->log, sizeof process->log, "/tmp/%s-XXXXXX", name);
        log = mkstemp(process->log);
    }
    return log;
}

bool process_start(struct process *process, const char *name, const char *const *arguments) {
    int out[2];
    int log = open_log(process, name);
    if (log < 0 || pipe(out) != 0) {
        CHECK_FOR(false, "cannot start %s: %s", name, strerror(errno));
        return false;
    }
    process->pid = spawn(name, arguments, true, out[1], log);
    close(out[1]);
    close(log);
    process->output_fd = out[0];
    read_until(out[0], "\n", process->output, sizeof process->output);
    const char *colon = strstr(process->output, "listening on http://");
    colon = colon != NULL ? strstr(colon, "/ (ws://") : NULL;
    while (colon != NULL && *colon != ':') {
        colon--;
    }
    process->port = colon != NULL ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
    CHECK_FOR(process->port != 0, "%s does not listen; it printed: %s", name, process->output);
    return process->port != 0;
}

bool process_prints(struct process *process, const char *text) {
    size_t before, len = strlen(process->output);
    do {
        before = len;
        if (strstr(process->output, text) != NULL) {
            return true;
        }
        read_until(process->output_fd, "\n", process->output + len, sizeof process->output - len);
        len += strlen(process->output + len);
    } while (len > before);
    return false;
}

/* Waits for the end of a child. Returns its status as process_stop does. */
static int wait_for_end(pid_t pid) {
    int64_t deadline = now() + PROCESS_WAIT;
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0 && now() < deadline) {
        poll(NULL, 0, POLL_INTERVAL);
    }
    if (ended == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int process_stop(struct process *process) {
    kill(process->pid, SIGTERM);
    int status = wait_for_end(process->pid);
    if (process->output_fd > 0) {
        close(process->output_fd);
    }
    if (status == 0) {
        unlink(process->log);
    }
    return status;
}

static struct process *shared; /* NULL: it has been stopped */

static void sigterm_ends_it(void) {
    CHECK_EQUAL(process_stop(shared), 0);
    shared = NULL;
}

int process_test_main(struct process *process, const char *name, const char *const *arguments) {
    char last[128];
    snprintf(last, sizeof last, "%s: SIGTERM ends it with status 0", name);
    shared = process;
    if (process_start(process, name, arguments)) {
        test_run_all();
        test_run(last, sigterm_ends_it);
        if (shared != NULL) { /* only some tests were wanted */
            process_stop(shared);
        }
    }
    return test_report();
}

int process_run(const char *name, const char *const *arguments, char *printed, size_t size) {
    int out[2];
    if (pipe(out) != 0) {
        return -1;
    }
    pid_t pid = spawn(name, arguments, false, out[1], out[1]);
    close(out[1]);
    read_until(out[0], NULL, printed, size);
    close(out[0]);
    return wait_for_end(pid);
}

/* The whole log as a string that the caller frees, or NULL. */
static char *read_log(const struct process *process) {
    char *text = NULL;
    FILE *file = fopen(process->log, "r");
    if (file == NULL) {
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    text = calloc(1, (size_t)size + 1);
    if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static size_t count_in_log(const struct process *process, const char *text) {
    char *log = read_log(process);
    size_t count = 0;
    for (const char *at = log; at != NULL && (at = strstr(at, text)) != NULL; at++) {
        count++;
    }
    free(log);
    return count;
}

bool process_logs(const struct process *process, const char *text) {
    int64_t deadline = now() + PROCESS_WAIT;
    while (count_in_log(process, text) == 0) {
        if (now() > deadline) {
            char *log = read_log(process);
            CHECK_FOR(false, "the log has no \"%s\" but: %.2000s", text, log != NULL ? log : "");
            free(log);
            return false;
        }
        poll(NULL, 0, POLL_INTERVAL);
    }
    return true;
}

size_t process_log_count(const struct process *process, const char *text, const char *until) {
    return process_logs(process, until) ? count_in_log(process, text) : SIZE_MAX;
}

long process_status(const struct process *process, const char *name) {
    char path[64], line[256];
    long value = -1;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)process->pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            value = strtol(line + strlen(name), NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return value;
}

long process_descriptors(const struct process *process) {
    char path[64];
    long count = -1;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)process->pid);
    DIR *folder = opendir(path);
    while (folder != NULL && readdir(folder) != NULL) {
        count++;
    }
    if (folder != NULL) {
        closedir(folder);
        count--; /* "." and ".." are no descriptors */
    }
    return count;
}

int process_next_descriptor(void) {
    int fd = dup(STDOUT_FILENO);
    close(fd);
    return fd;
}

long process_cpu_ms(const struct process *process) {
    char path[64], name[64];
    unsigned long user = 0, system = 0;
    int fields = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)process->pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        /* NOLINTNEXTLINE(cert-err34-c): the kernel writes numbers that fit. */
        fields = fscanf(file, "%*d (%63[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                        name, &user, &system);
        fclose(file);
    }
    return fields == 3 ? (long)((user + system) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK)) : -1;
}
