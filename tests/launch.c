#include "tests/launch.h"

#include "tests/process.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 12 };

const char *const launch_at_once[] = {"--wait", "0", NULL};

bool launch_is_one_line(const char *text) {
    return text[0] != '\0' && strcspn(text, "\n") + 1 == strlen(text);
}

FILE *launch_file(void) {
    FILE *file = tmpfile();
    if (file == NULL) {
        abort();
    }
    return file;
}

void launch_start(struct launch *run, int input, const char *const *arguments, const char *url) {
    const char *folder = getenv("BUILD");
    char path[512];
    const char *words[ARGUMENTS_MAX + 3] = {"step06_client"};
    size_t count = 1;
    for (; arguments != NULL && *arguments != NULL && count <= ARGUMENTS_MAX; arguments++) {
        words[count++] = *arguments;
    }
    words[count] = url;
    snprintf(path, sizeof path, "%s/step06_client", folder != NULL ? folder : "build");
    run->out = run->out != NULL ? run->out : launch_file();
    run->err = launch_file();
    run->pid = fork();
    if (run->pid == 0) {
        dup2(input, STDIN_FILENO);
        dup2(fileno(run->out), STDOUT_FILENO);
        dup2(fileno(run->err), STDERR_FILENO);
        execv(path, (char *const *)(uintptr_t)words);
        _exit(127);
    }
}

static void read_back(FILE *file, char *text) {
    rewind(file);
    text[fread(text, 1, LAUNCH_TEXT_SIZE - 1, file)] = '\0';
    fclose(file);
}

int launch_finish(struct launch *run) {
    int status = -1;
    int64_t deadline = now() + PROCESS_WAIT;
    while (waitpid(run->pid, &status, WNOHANG) == 0) {
        if (now() > deadline) {
            kill(run->pid, SIGKILL);
        }
        poll(NULL, 0, 2);
    }
    read_back(run->out, run->printed);
    read_back(run->err, run->said);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int launch_run(struct launch *run, const char *input, const char *const *arguments,
               const char *url) {
    FILE *in = launch_file();
    fputs(input, in);
    rewind(in);
    memset(run, 0, sizeof *run);
    launch_start(run, fileno(in), arguments, url);
    int status = launch_finish(run);
    fclose(in);
    return status;
}
