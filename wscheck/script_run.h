/* script_run: runs the script of a case in a trial. */
#ifndef WSCHECK_SCRIPT_RUN_H
#define WSCHECK_SCRIPT_RUN_H

#include "wscheck/script.h"
#include "wscheck/trial.h"

/* The state of a script that is running: trial->run. */
struct script_run {
    const struct script *script;
    const struct script_step *step; /* the step that acts now */
    size_t announced;               /* the trial knows the messages of the steps before this one */
    bool connected;
    bool sync;                /* each frame is sent on its own */
    struct trial *neighbours; /* of the word `beside` */
    size_t neighbour_count;
    struct trial_settings *own; /* of a server started for this script alone; or NULL */
    uint8_t *rest;              /* the bytes of an unfinished request that are left */
    size_t rest_length;
    bool answered_early; /* bytes came before the rest of the request was sent */
    const char *query;   /* for the end of a client's URL; or NULL */
};

/* Runs the whole script. The verdict is in the trial. */
void script_run(struct trial *trial, const struct script *script);

/* driver_server.c: connects to the server and sends the request, if that has not been done. */
void script_run_connect(struct trial *trial);

/* script_run_frames.c: sends the frames of a step; and the words `stuff`, which sends texts without
 * reading until the server takes no more, and `flood`, which sends them without an end. */
void script_run_frame(struct trial *trial);
void script_run_stuff(struct trial *trial);
void script_run_flood(struct trial *trial);

/* script_run_others.c: opens `count` other connections, all of which the server has to serve
 * now. */
void script_run_crowd(struct trial *trial, size_t count);

/* Opens the neighbours of the script, which stay open; ends them; lets the server serve them and
 * then one more connection. */
void script_run_beside(struct trial *trial);
void script_run_leave_neighbours(struct script_run *run);
void script_run_meanwhile(struct trial *trial);

/* Sends an ordinary GET for the URL on another connection. Returns the status of the answer, or 0,
 * and then the trial has failed. */
int script_run_usual_status(struct trial *trial);

/* Checks whether the server serves a new connection. Returns CAUSE_NONE if it does; otherwise the
 * cause, and writes what happened into `fault`, cut to `capacity`. */
enum cause script_run_check_serving(const struct trial_settings *settings, char *fault,
                                    size_t capacity);

#endif
