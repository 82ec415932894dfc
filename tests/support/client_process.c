#include "tests/support/client_process.h"

#include "tests/support/process.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 12 };

const char *const client_process_at_once[] = {"--wait", "0", NULL};
const char *const client_process_patient[] = {"--wait", "10", NULL};

bool client_process_is_one_line(const char *text) {
    return text[0] != '\0' && strcspn(text, "\n") + 1 == strlen(text);
}

FILE *client_process_file(void) {
    FILE *file = tmpfile();
    if (file == NULL) {
        abort();
    }
    return file;
}

void client_process_start(struct client_process *run, int input, const char *const *arguments,
                          const char *url) {
    const char *folder = getenv("BUILD");
    char path[512];
    const char *words[ARGUMENTS_MAX + 3] = {"step06_client"};
    size_t count = 1;
    for (; arguments != NULL && *arguments != NULL && count <= ARGUMENTS_MAX; arguments++) {
        words[count++] = *arguments;
    }
    words[count] = url;
    snprintf(path, sizeof path, "%s/step06_client", folder != NULL ? folder : "build");
    run->out = run->out != NULL ? run->out : client_process_file();
    run->err = client_process_file();
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
    text[fread(text, 1, CLIENT_PROCESS_TEXT_SIZE - 1, file)] = '\0';
    fclose(file);
}

int client_process_finish(struct client_process *run) {
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

int client_process_run(struct client_process *run, const char *input, const char *const *arguments,
                       const char *url) {
    FILE *in = client_process_file();
    fputs(input, in);
    rewind(in);
    memset(run, 0, sizeof *run);
    client_process_start(run, fileno(in), arguments, url);
    int status = client_process_finish(run);
    fclose(in);
    return status;
}
