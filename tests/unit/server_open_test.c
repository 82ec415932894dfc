/* A server that another driver than server_run opens: it listens, and says so when it is told
 * to. */
#include "step01_tcp/server.h"

#include "common/log_writer.h"
#include "tests/support/raw_client.h"
#include "tests/support/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int printed, real_stdout;

/* From here to the end, standard output is a pipe. */
static void begin(void) {
    int fds[2] = {-1, -1};
    fflush(stdout);
    CHECK_EQUAL(pipe(fds), 0);
    printed = fds[0];
    fcntl(printed, F_SETFL, O_NONBLOCK);
    real_stdout = dup(STDOUT_FILENO);
    dup2(fds[1], STDOUT_FILENO);
    close(fds[1]);
}

static void end(void) {
    fflush(stdout);
    dup2(real_stdout, STDOUT_FILENO);
    close(real_stdout);
    close(printed);
}

/* Takes what has been printed so far. */
static void take(char *text, size_t size) {
    fflush(stdout);
    ssize_t count = read(printed, text, size - 1);
    text[count > 0 ? count : 0] = '\0';
}

TEST("server_open: the server listens before it is announced") {
    struct server server;
    char before[256], after[256], wanted[256];
    unsigned port = 0;
    server_init(&server, "test", "");
    server.port = 0;
    server.hints = "try {host} {address} {port}\n";
    begin();
    int opened = server_open(&server);
    take(before, sizeof before);
    if (opened == 0) {
        port = ntohs(((struct sockaddr_in *)&server.listeners.at[0].address)->sin_port);
        int client = raw_client_try_connect(port);
        CHECK(client >= 0);
        close(client);
        server_announce(&server);
        listeners_close(&server.listeners);
        log_writer_stop();
    }
    take(after, sizeof after);
    end();
    CHECK_EQUAL(opened, 0);
    CHECK_FOR(before[0] == '\0', "printed too early: %s", before);
    snprintf(wanted, sizeof wanted,
             "listening on http://127.0.0.1:%u/ (ws://127.0.0.1:%u/)\ntry 127.0.0.1 127.0.0.1 %u\n",
             port, port, port);
    CHECK_FOR(strcmp(after, wanted) == 0, "printed %s and not %s", after, wanted);
}
