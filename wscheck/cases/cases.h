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

/* A row of a table of cases.
 *
 * The name is the section, a '/' and a few words of letters, digits and '-', such as
 * "6455/5.5.2/ping-payload-repeated"; cases that belong together share the words up to one more
 * '/', "6455/7.4/taken/1000". It is a case's own and stays: reports, selectors and lists of known
 * failures use it.
 *
 * Braces in a name make a case for each of the words in them: "version/{0, 7..9}" are four. In the
 * rule, the script and the hint {} stands for the word, and {=} for what comes after it and a '=',
 * if there is one: with "status/{200=OK, 204=No Content}" the script says "HTTP/1.1 {} {=}".
 */
struct case_row {
    const char *name;
    const char *rule; /* what the other side has to do, in plain words */
    /* In front of the script stands "servers: " or "clients: " if it is for one of them alone, then
     * "should: " or "practice: " if its failure counts for no more than that. */
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

/* Adds the cases of a row, which is for this role if it does not say so itself. All strings are
 * copied. Cases for another role than the list's are left out. */
void cases_add(struct case_list *list, enum script_role role, const struct case_row *row);

/* What each file of cases has: a table, or what writes its cases, or both. */
struct case_file {
    unsigned step;         /* of the tutorial, which explains its cases */
    enum script_role role; /* of the rows that do not name one */
    const struct case_row *rows;
    size_t count;
    void (*add)(struct case_list *list);
};
extern const struct case_file cases_http, cases_handshake, cases_upgrade, cases_frames,
    cases_illegal, cases_control, cases_fragments, cases_utf8, cases_close, cases_limits, cases_tcp,
    cases_steps, cases_offer, cases_deflate, cases_inflate, cases_samples, cases_client,
    cases_client_open, cases_client_deflate;

/* How many rows a table has. */
#define CASES_COUNT(table) (sizeof(table) / sizeof(table)[0])

#endif
