#include "wscheck/probe.h"

#include "common/clock.h"
#include "wscheck/listener.h"
#include "wscheck/memory.h"
#include "wscheck/tested_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRIVAL_OF_OTHERS = 60000 }; /* ms for a client that somebody else starts to connect */
enum { STARTS = 4 };                /* starts of the client that a wait lasts at least */

/* Gives a client that is slow to start more time, because it is even slower when several start at
 * once. `start` is how many ms it took. */
static void adapt_timeout(struct trial_settings *settings, int64_t start) {
    if (STARTS * start > settings->timeout) {
        settings->timeout = STARTS * start;
        fprintf(stderr,
                "wscheck: the client needs %.1f s to start, so it gets %.1f s for each answer\n",
                (double)start / 1000, (double)settings->timeout / 1000);
    }
}

/* Starts the client once, answers its handshake, and measures how long it takes to connect. Returns
 * whether it connected; *other_path is whether it did not ask for the path of its URL. */
static bool try_client(struct trial_settings *settings, bool *other_path) {
    struct trial *trial = memory_take(sizeof *trial);
    trial_init(trial, settings, "wscheck/probe");
    int64_t start = clock_now();
    bool came = tested_client_arrive(trial, "");
    if (came) {
        adapt_timeout(settings, clock_now() - start);
        *other_path = head_text_find(head_line(&trial->client.head, &(size_t){0}),
                                     trial->client.path) == NULL;
        tested_client_answer(trial, 0, SIZE_MAX);
        trial->is_open = true;
        trial_flush(trial);
        trial_send_close(trial, 1000);
        trial_flush(trial);
    }
    tested_client_leave(trial);
    if (!came) {
        fprintf(stderr, "wscheck: '%s' is no client: wanted %s; %s", settings->command,
                trial->verdict.want, trial->verdict.got);
        probe_print_output(trial->client.output != NULL ? trial->client.output : "");
    }
    trial_free(trial);
    free(trial);
    return came;
}

/* Sets the host of the client's URL: the one that the command names before {port}, as in
 * ws://localhost:{port}{path}, or else the listener's address. */
static void set_host(struct trial_settings *settings) {
    static const char host_bytes[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]";
    const char *command = settings->command != NULL ? settings->command : "";
    const char *end = strstr(command, ":{port}"), *start = end;
    const char *host = listener_host(settings->listener);
    snprintf(settings->host, sizeof settings->host, "%s", host);
    while (end != NULL && start > command && strchr(host_bytes, start[-1]) != NULL) {
        start--;
    }
    if (end != NULL && start > command + 1 && end - start < 250 &&
        strncmp(start - 2, "//", 2) == 0) {
        snprintf(settings->host, sizeof settings->host, "%.*s%s", (int)(end - start), start,
                 strrchr(host, ':'));
    }
}

size_t probe_client(struct trial_settings *settings, const char *address, size_t jobs) {
    bool other_path = false;
    settings->listener = listener_open(address);
    if (settings->listener == NULL) {
        return 0;
    }
    set_host(settings);
    if (settings->command == NULL) {
        settings->arrival =
            settings->arrival > ARRIVAL_OF_OTHERS ? settings->arrival : ARRIVAL_OF_OTHERS;
        return 1;
    }
    if (!try_client(settings, &other_path)) {
        listener_close(settings->listener);
        return 0;
    }
    if (other_path && jobs > 1) {
        fprintf(stderr, "wscheck: the client does not ask for the path of its URL, so the cases "
                        "run one at a time\n");
    }
    return other_path ? 1 : jobs;
}
