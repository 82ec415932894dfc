/* cases: what a case is, and the list of all cases for servers or for clients.
 *
 * A case is a rule, a script that tests the other side (script.h has its language), and a hint for
 * the person whose program fails. Most cases are rows of tables; a few are made by loops.
 */
#ifndef WSCHECK_CASES_CASES_H
#define WSCHECK_CASES_CASES_H

#include "wscheck/cases/grounds.h"
#include "wscheck/script.h"

#include <stdbool.h>
#include <stddef.h>

/* How much a failure counts: by the words of RFC 2119, or as practice, which is what robust
 * implementations do although no RFC asks for it. */
enum level { LEVEL_NONE, LEVEL_PRACTICE, LEVEL_SHOULD, LEVEL_MUST };

/* A row of a table of cases.
 *
 * The name is the section, a '/' and a few words of letters, digits and '-', such as
 * "6455/5.5.2/ping-payload-repeated". Cases that belong together share the words up to another '/',
 * as in "6455/7.4/taken/1000". Names are unique and never change, because reports, selectors and
 * lists of known failures use them.
 *
 * Braces in a name make a case for each word in them: "version/{0, 7..9}" makes four. In the rule,
 * the script and the hint, {} stands for the word. A word may have a '=' and a value, for which {=}
 * stands: with "status/{200=OK, 204=No Content}" the script says "HTTP/1.1 {} {=}".
 */
struct case_row {
    const char *name;
    const char *rule; /* what the other side has to do, in plain words */
    /* It may begin with "servers: " or "clients: ", for one of them only (without, it is for those
     * that the head of its file names), then with "should: " or "practice: ", the level of a
     * failure (without, it is a MUST). */
    const char *script;
    const char *hint; /* where typical implementations go wrong */
};

struct test_case {
    char *name;
    char section[16]; /* "6455/5.5.2", "step04", "12.1" or "slow": the beginning of the name */
    enum level level;
    const struct ground *ground; /* NULL for practice, and for what only the tutorial asks */
    char *rule, *hint;
    struct script script;
    unsigned step;   /* the step of the tutorial that explains it */
    bool named_only; /* it runs only if a selector names it, since no RFC asks for it */
    bool expected;   /* its failure is known */
};

struct case_list {
    struct test_case *cases;
    size_t count, capacity;
    enum script_role role; /* FOR_SERVERS or FOR_CLIENTS */
    unsigned step;         /* of the cases that are added next */
};

/* A level's name: "MUST", "SHOULD" or "practice". */
const char *cases_level_name(enum level level);

/* The first case for servers. Without an ordinary handshake hardly anything else can be checked. */
#define CASES_HANDSHAKE "6455/4.2.2/ordinary-handshake"

/* Makes the list of all cases for servers, or of all for clients. Free it with cases_free. */
void cases_init(struct case_list *list, enum script_role role);
void cases_free(struct case_list *list);

/* Adds the cases of a row; `role` counts if the row names none. The strings are copied. If the role
 * does not include that of the list, no case is added. */
void cases_add(struct case_list *list, enum script_role role, const struct case_row *row);

/* The cases of a file: a table, or a function that adds them, or both. */
struct case_file {
    unsigned step;         /* the step of the tutorial that explains them */
    enum script_role role; /* of the rows that name none */
    const struct case_row *rows;
    size_t count;
    void (*add)(struct case_list *list);
};
extern const struct case_file cases_http, cases_handshake, cases_upgrade, cases_frames,
    cases_illegal, cases_control, cases_fragments, cases_utf8, cases_close, cases_limits, cases_tcp,
    cases_neighbours, cases_steps, cases_offer, cases_deflate, cases_inflate, cases_samples,
    cases_client, cases_client_open, cases_client_deflate;

/* How many rows a table has. */
#define CASES_COUNT(table) (sizeof(table) / sizeof(table)[0])

#endif
