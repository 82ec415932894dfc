/* script_run: carries out the script of a case in a trial. */
#ifndef WSCHECK_SCRIPT_RUN_H
#define WSCHECK_SCRIPT_RUN_H

#include "wscheck/script.h"
#include "wscheck/trial.h"

/* How far a script has come: trial->run. */
struct script_run {
    const struct script *script;
    const struct script_step *step; /* it has its turn */
    size_t announced;               /* the messages wanted before this step are known */
    bool connected;
    bool sync;                  /* each frame leaves on its own */
    struct trial_settings *own; /* of a server that is started for this script alone; or NULL */
    uint8_t *rest;              /* of an unfinished request */
    size_t rest_length;
    bool hasty;        /* bytes came before the rest of the request had left */
    const char *query; /* after the path of a client's URL; or NULL */
};

/* Carries out the whole script. The verdict is in the trial. */
void script_run(struct trial *trial, const struct script *script);

/* driver_server.c: connects to the server and sends the request, if that has not been done. */
void script_run_connect(struct trial *trial);

/* script_run_frames.c: sends the frames of a step; texts without end, without reading what comes
 * back. */
void script_run_frame(struct trial *trial);
void script_run_stuff(struct trial *trial);

/* script_run_others.c: this many other connections must be served in the meantime. */
void script_run_crowd(struct trial *trial, size_t count);

/* The status that an ordinary GET for the URL gets, on another connection. Returns 0, and the trial
 * has failed, when it gets none. */
int script_run_usual_status(struct trial *trial);

/* CAUSE_NONE if the server still serves a fresh connection; or else what it does instead, with the
 * `fault` (at least 200 characters) that showed it. */
enum cause script_run_find_lost(const struct trial_settings *settings, char *fault,
                                size_t capacity);

#endif
