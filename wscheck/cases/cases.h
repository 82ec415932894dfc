/* cases: what a case is, and the lists of all cases: one for servers, one for clients.
 *
 * A case is a rule, a script that puts the server to the test (script.h has the words), and what a
 * person needs to know when it fails. Tables hold most of them, loops write the rest.
 */
#ifndef WSCHECK_CASES_CASES_H
#define WSCHECK_CASES_CASES_H

#include <stdbool.h>
#include <stddef.h>

/* How much a failure counts, in the words of RFC 2119. */
enum level { LEVEL_NONE, LEVEL_SHOULD, LEVEL_MUST };

/* A row of a table of cases. */
struct case_row {
    const char *section; /* "6455/5.5.2" */
    enum level level;    /* the most that a failure of this case can count */
    const char *rule;    /* what a server has to do, in plain words */
    const char *script;
    const char *hint; /* where a typical implementation goes wrong */
};

struct test_case {
    char *id;      /* the section and a number: "6455/5.5.2/3" */
    char *section; /* the beginning of the id */
    enum level level;
    char *rule, *script, *hint;
    unsigned step;   /* the step of the tutorial that explains it */
    bool needs_echo; /* it can judge only a server or client that echoes messages */
    bool named_only; /* it runs only when a selector names its step or itself */
};

struct case_list {
    struct test_case *cases;
    size_t count, capacity;
    bool for_clients;   /* its cases are for clients */
    bool turned_around; /* those that are added next are for servers: take what fits a client */
    unsigned step;      /* of the cases that are added next */
    bool named_only;
};

/* Makes the list of all cases for servers, or of those for clients. Free it after
 * use with cases_free. */
void cases_init(struct case_list *list, bool for_clients);
void cases_free(struct case_list *list);

/* Adds a case; all strings are copied. The numbers within a section count up, so a new case belongs
 * behind the others of its section, or the names of those would change. */
void cases_add(struct case_list *list, const char *section, enum level level, const char *rule,
               const char *hint, const char *script);

/* Adds the rows of a table. */
void cases_add_rows(struct case_list *list, const struct case_row *rows, size_t count);

/* Each room of cases adds its own. */
void cases_http(struct case_list *list);
void cases_handshake(struct case_list *list);
void cases_upgrade(struct case_list *list);
void cases_frames(struct case_list *list);
void cases_illegal(struct case_list *list);
void cases_control(struct case_list *list);
void cases_fragments(struct case_list *list);
void cases_utf8(struct case_list *list);
void cases_close(struct case_list *list);
void cases_limits(struct case_list *list);
void cases_tcp(struct case_list *list);
void cases_steps(struct case_list *list);
void cases_slow(struct case_list *list);
void cases_offer(struct case_list *list);
void cases_deflate(struct case_list *list);
void cases_inflate(struct case_list *list);
void cases_client_deflate(struct case_list *list);
void cases_samples(struct case_list *list);
void cases_client(struct case_list *list);
void cases_client_open(struct case_list *list);

#endif
