/* attacks: what has been done to servers elsewhere, done to the echo server; see README.md. */
#include "common/options.h"
#include "tests/attacks/attack.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const struct attack *const lists[] = {
    request_attacks, head_attacks,  frame_attacks,    flood_attacks,    bomb_attacks, text_attacks,
    hardest_attacks, reset_attacks, patience_attacks, together_attacks, NULL};

/* This program holds up to a thousand connections itself. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void run(const struct attack *attack) {
    int64_t begin = now();
    attack_clear_notes();
    test_run(attack->name, attack->run);
    printf("%-4s %-22s %4.1f s  %s\n", test_has_failed() ? "FAIL" : "ok", attack->name,
           (double)(now() - begin) / 1000, attack_notes());
    fflush(stdout);
}

int main(int argc, char **argv) {
    struct options options;
    const char *only = NULL;
    bool list = false, quick = false;
    size_t found = 0;
    options_init(&options, "attacks", "Attacks the echo server in $BUILD, build by default.");
    options_add_text(&options, "--only", "NAME", &only, "only the attack of this name");
    options_add_flag(&options, "--quick", &quick, "only those that take a moment");
    options_add_flag(&options, "--list", &list, "print the names and exit");
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    raise_descriptor_limit(); /* SIGPIPE stays as it is: a server that is started inherits that */
    for (size_t i = 0; lists[i] != NULL; i++) {
        for (const struct attack *attack = lists[i]; attack->name != NULL; attack++) {
            bool wanted = only != NULL ? strcmp(only, attack->name) == 0 : attack->quick || !quick;
            found += wanted;
            if (wanted && list) {
                printf("%s%s\n", attack->name, attack->quick ? " (quick)" : "");
            } else if (wanted) {
                run(attack);
            }
        }
    }
    if (found == 0) {
        fprintf(stderr, "attacks: no attack '%s'; --list lists them\n", only);
        return OPTIONS_USAGE;
    }
    return list ? 0 : test_report();
}
