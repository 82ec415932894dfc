/* runner: runs many cases, several at a time, and reports the results in the order of the cases.
 *
 * A case that fails is repeated while no other case runs. If it passes then, it is flaky, which is
 * neither a failure nor a pass. If a server of --exec is gone, it is started again, and the cases
 * that were running are repeated to find out which of them it was.
 */
#ifndef WSCHECK_RUNNER_H
#define WSCHECK_RUNNER_H

#include "wscheck/trial.h"

enum result_kind { /* up to RESULT_MUST as enum level */
                   RESULT_PASSED,
                   RESULT_PRACTICE,
                   RESULT_SHOULD,
                   RESULT_MUST,
                   RESULT_SKIPPED,
                   RESULT_FLAKY,    /* failed among others, passed alone */
                   RESULT_EXPECTED, /* failed as --expected says; the report sets this */
                   RESULT_KINDS
};

struct result {
    const struct test_case *test;
    enum result_kind kind;
    enum cause cause;              /* of a failure */
    const char *broken;            /* the rule that an illegal frame broke; or NULL */
    char want[320], got[480];      /* of a failure; `got` also says why a case was skipped */
    struct transcript *transcript; /* of a failure, or if keep_transcript is set; else NULL */
    bool opened;                   /* the handshake succeeded, so it need not be shown */
    const struct driver *driver;   /* who was under test */
    char *output;                  /* what the server or the client printed meanwhile; or NULL */
    bool died;                     /* the server did not serve others after this case; or nobody
                                    * started a client for it */
    bool shortened;                /* it waited for a shorter time than usual */
    bool repeated;                 /* it has failed twice, the second time alone */
    int64_t milliseconds;          /* that the case took */
};

struct runner {
    struct trial_settings *settings; /* changed if a server is started again on another port */
    const struct test_case *const *cases;
    size_t count;
    size_t jobs;          /* how many cases run at a time */
    size_t repetitions;   /* how many failures of one cause are confirmed by a repetition */
    bool keep_transcript; /* also of the cases that pass */
    /* Called for each case in order, on the calling thread. It may keep the transcript and the
     * output if it sets them to NULL. */
    void (*on_result)(struct result *result, void *context);
    void *context;
};

/* Why a run has ended. */
enum run_end { RUN_COMPLETE, RUN_PEER_GONE, RUN_TIME_OVER, RUN_NO_HANDSHAKE };

/* Runs all cases. Ends earlier if the server is gone for good, if the time of the run is over, or
 * if the first case is the ordinary handshake and it fails in a way that no other case could
 * survive. Returns which of these it was. */
enum run_end runner_run(const struct runner *runner);

/* runner_case.c: whether the case `result->test` cannot be judged with these settings. If so, the
 * result is RESULT_SKIPPED, and `got` says why. */
bool runner_skips(const struct runner *runner, struct result *result);

/* Runs the case `result->test` once and fills in the rest of the result. Free it. */
void runner_try(const struct runner *runner, struct result *result);
void runner_free_result(struct result *result);

/* Whether a result is a failure of any level. */
bool runner_has_failed(const struct result *result);

#endif
