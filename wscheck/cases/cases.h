/* cases: what a case is, and the lists of all cases: one for servers, one for clients.
 *
 * A case is a rule, a script that puts the other side to the test (script.h has the words), and
 * what a person needs to know when it fails. Tables hold most of them, loops write the rest.
 */
#ifndef WSCHECK_CASES_CASES_H
#define WSCHECK_CASES_CASES_H

#include "wscheck/cases/grounds.h"
#include "wscheck/script.h"

#include <stdbool.h>
#include <stddef.h>

/* How much a failure counts: in the words of RFC 2119, or as practice, which is what robust
 * implementations do and no RFC asks for. */
enum level { LEVEL_NONE, LEVEL_PRACTICE, LEVEL_SHOULD, LEVEL_MUST };

/* A row of a table of cases. The name is the section, a '/' and a few words of letters, digits and
 * '-', such as "6455/5.5.2/ping-payload-repeated"; cases that belong together share the words up to
 * one more '/', "6455/7.4/taken/1000". It is a case's own and stays: reports, selectors and lists
 * of known failures use it. */
struct case_row {
    const char *name;
    enum script_role role;
    enum level level; /* the most that a failure of this case can count */
    const char *rule; /* what the other side has to do, in plain words */
    const char *script;
    const char *hint; /* where a typical implementation goes wrong */
};

struct test_case {
    char *name;
    char section[16]; /* "6455/5.5.2", "step04", "12.1" or "slow": the beginning of the name */
    enum level level;
    const struct ground *ground; /* NULL for practice, and for what the tutorial asks */
    char *rule, *hint;
    struct script script;
    unsigned step;   /* the step of the tutorial that explains it */
    bool named_only; /* no RFC asks for it: it runs only when a selector names it */
    bool expected;   /* its failure is known already */
};

struct case_list {
    struct test_case *cases;
    size_t count, capacity;
    enum script_role role; /* who is put to the test */
    unsigned step;         /* of the cases that are added next */
};

/* A level's name: "MUST", "SHOULD" or "practice". */
const char *cases_level_name(enum level level);

/* The first case for servers: without an ordinary handshake there is little else to check. */
#define CASES_HANDSHAKE "6455/4.2.2/ordinary-handshake"

/* Makes the list of all cases for servers, or of those for clients. Free it after use with
 * cases_free. */
void cases_init(struct case_list *list, enum script_role role);
void cases_free(struct case_list *list);

/* Adds a case if it is for the list's role; all strings are copied. */
void cases_add(struct case_list *list, const struct case_row *row);

/* Adds the rows of a table. */
void cases_add_rows(struct case_list *list, const struct case_row *rows, size_t count);

/* Each file of cases adds its own. */
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
