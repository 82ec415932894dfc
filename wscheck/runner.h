/* runner: carries out many cases, several at a time, and hands out the results in their order. */
#ifndef WSCHECK_RUNNER_H
#define WSCHECK_RUNNER_H

#include "wscheck/trial.h"

enum result_kind { RESULT_PASSED, RESULT_SHOULD, RESULT_MUST, RESULT_SKIPPED };

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
    bool died;                     /* the server was not there any more behind this case, or no
                                    * client came, and nobody else will start one */
    int64_t milliseconds;
};

struct runner {
    const struct trial_settings *settings;
    const struct test_case *const *cases;
    size_t count;
    size_t jobs;          /* cases at a time */
    bool keep_transcript; /* also of the cases that pass */
    /* Called for each case in order, on the calling thread; frees nothing. */
    void (*on_result)(const struct result *result, void *context);
    void *context;
};

/* Why a run has ended. */
enum run_end { RUN_COMPLETE, RUN_PEER_GONE, RUN_TIME_OVER };

/* Runs all cases, unless the server is gone, or the run's time over, before they are through. */
enum run_end runner_run(const struct runner *runner);

#endif
