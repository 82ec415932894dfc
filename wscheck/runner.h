/* runner: carries out many cases, several at a time, and hands out the results in their order.
 *
 * A case that fails is repeated alone, with no other case beside it. If it passes then, it is
 * flaky, which is neither a failure nor a pass. A server of --exec that is gone is started again,
 * and each case that ran when it went is repeated, to see which of them it was.
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
                   RESULT_EXPECTED, /* failed, as is known already: what a report makes of it */
                   RESULT_KINDS
};

struct result {
    const struct test_case *test;
    enum result_kind kind;
    enum cause cause;              /* of a failure */
    const char *broken;            /* and of an illegal frame the rule; or NULL */
    char want[320], got[480];      /* of a failure; `got` also says why a case was skipped */
    struct transcript *transcript; /* NULL unless it failed or is wanted */
    bool opened;                   /* the handshake succeeded, so it need not be shown */
    const struct driver *driver;   /* who was under test */
    char *output;                  /* what the server or the client printed meanwhile, or NULL */
    bool died;                     /* the server was not there any more after this case, or no
                                    * client came, and nobody else will start one */
    bool shortened;                /* it waited for a shorter time than usual */
    bool repeated;                 /* it has failed twice, the second time alone */
    int64_t milliseconds;
};

struct runner {
    struct trial_settings *settings; /* a server that is started again has another port */
    const struct test_case *const *cases;
    size_t count;
    size_t jobs;          /* cases at a time */
    size_t repetitions;   /* that end alike until the next failure of that cause has none */
    bool keep_transcript; /* also of the cases that pass */
    /* Called for each case in order, on the calling thread. It may keep the transcript and the
     * output, and puts NULL in their place. */
    void (*on_result)(struct result *result, void *context);
    void *context;
};

/* Why a run has ended. */
enum run_end { RUN_COMPLETE, RUN_PEER_GONE, RUN_TIME_OVER, RUN_NO_HANDSHAKE };

/* Runs all cases, unless the server is gone for good, or the run's time over, before they are
 * through; or the first one is the ordinary handshake, and fails for what no other could do
 * without. */
enum run_end runner_run(const struct runner *runner);

/* runner_case.c: whether a case cannot be judged with these settings; says why in `result`. */
bool runner_skips(const struct runner *runner, struct result *result);

/* Carries out one case and fills in its result, whose `test` is set. */
void runner_try(const struct runner *runner, struct result *result);
void runner_free_result(struct result *result);

/* Whether it is a failure, of whatever level. */
bool runner_has_failed(const struct result *result);

#endif
