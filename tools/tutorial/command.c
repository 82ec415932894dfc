#include "tools/tutorial/command.h"

#include "common/clock.h"
#include "tools/tutorial/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The process groups of the commands that are running, for the signal handler; 0 is a free place.
 * */
static volatile sig_atomic_t running[COMMANDS_MAX];

static bool replace_running(pid_t old, pid_t new) {
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        if (running[i] == old) {
            running[i] = new;
            return true;
        }
    }
    return false;
}

static void end_all(int number) {
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        if (running[i] > 0) {
            kill(-running[i], SIGKILL);
        }
    }
    signal(number, SIG_DFL);
    raise(number);
}

void command_guard(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction guard = {.sa_handler = end_all}, before;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaction(signals[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) {
            sigaction(signals[i], &guard, NULL);
        }
    }
}

/* The file behind standard output and error: it has no name any more and goes with the last process
 * that has it open. All who write to it add to its end. */
static int open_output(void) {
    FILE *file = tmpfile();
    int fd = file != NULL ? dup(fileno(file)) : -1;
    if (file != NULL) {
        fclose(file);
    }
    if (fd >= 0) {
        fcntl(fd, F_SETFL, O_APPEND);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
}

/* In the child. A test script that runs in the background ignores SIGINT, and a process inherits
 * that; a command of the tutorial must not. */
static void become(const char *line, int output) {
    static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE};
    setpgid(0, 0);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        signal(signals[i], SIG_DFL);
    }
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    close(nothing);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

bool command_start(struct command *command, const char *line) {
    *command = (struct command){.pid = -1, .output = open_output()};
    if (command->output < 0) {
        return false;
    }
    if (!replace_running(0, -1)) {
        close(command->output);
        errno = EAGAIN;
        return false;
    }
    fflush(stdout);
    command->pid = fork();
    if (command->pid == 0) {
        become(line, command->output);
    }
    if (command->pid < 0) {
        int problem = errno;
        replace_running(-1, 0);
        close(command->output);
        errno = problem;
        return false;
    }
    replace_running(-1, command->pid);
    setpgid(command->pid, command->pid); /* whichever of the two is first */
    command->text = lines_copy("", 0);
    return true;
}

static void take_output(struct command *command) {
    struct stat status;
    size_t size = fstat(command->output, &status) == 0 ? (size_t)status.st_size : 0;
    char *text = lines_grow(NULL, size + 1, 1);
    size_t read_so_far = 0, kept = 0;
    ssize_t count;
    while (read_so_far < size && (count = pread(command->output, text + read_so_far,
                                                size - read_so_far, (off_t)read_so_far)) > 0) {
        read_so_far += (size_t)count;
    }
    for (size_t i = 0; i < read_so_far; i++) {
        if (text[i] != '\0') {
            text[kept++] = text[i];
        }
    }
    text[kept] = '\0';
    free(command->text);
    command->text = text;
}

void command_look(struct command *command) {
    int status;
    /* First whether it has ended, then what it printed: so the last of it is not missed. */
    if (!command->ended && waitpid(command->pid, &status, WNOHANG) == command->pid) {
        command->ended = true;
        command->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    take_output(command);
}

bool command_wait(struct command *command, int64_t deadline) {
    for (;;) {
        command_look(command);
        if (command->ended || clock_now() >= deadline) {
            return command->ended;
        }
        poll(NULL, 0, COMMAND_INTERVAL);
    }
}

void command_interrupt(const struct command *command) {
    kill(-command->pid, SIGINT);
}

void command_close(struct command *command) {
    kill(-command->pid, SIGKILL);
    if (!command->ended) {
        waitpid(command->pid, NULL, 0);
    }
    replace_running(command->pid, 0);
    close(command->output);
    free(command->text);
}

char *command_output(const char *line, int64_t deadline) {
    struct command command;
    if (!command_start(&command, line)) {
        return NULL;
    }
    char *text = command_wait(&command, deadline) && command.status == 0
                     ? lines_copy(command.text, strlen(command.text))
                     : NULL;
    command_close(&command);
    return text;
}
