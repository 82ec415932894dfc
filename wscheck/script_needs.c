#include "wscheck/script.h"
#include "wscheck/words.h"

#include <stdlib.h>

void script_free(struct script *script) {
    for (size_t i = 0; i < script->count; i++) {
        free((void *)(uintptr_t)script->steps[i].payload.unit);
    }
    free(script->steps);
    *script = (struct script){NULL, 0};
}

static bool has_trait(const struct script *script, enum word_traits trait) {
    for (size_t i = 0; i < script->count; i++) {
        if ((script->steps[i].word->traits & trait) != 0) {
            return true;
        }
    }
    return false;
}

bool script_needs_echo(const struct script *script) {
    for (size_t i = 0; i < script->count; i++) {
        const struct script_step *step = &script->steps[i];
        if ((step->word == &word_message && !step->optional) || step->echo) {
            return true;
        }
    }
    return has_trait(script, WORD_NEEDS_ECHO);
}

bool script_needs_output(const struct script *script) {
    return has_trait(script, WORD_NEEDS_OUTPUT);
}

bool script_needs_quiet(const struct script *script) {
    return has_trait(script, WORD_NEEDS_QUIET);
}

bool script_opens(const struct script *script) {
    size_t i = 0;
    while (i < script->count &&
           (script->steps[i].word->traits & (WORD_OPENS | WORD_NEVER_OPENS)) == 0) {
        i++;
    }
    return i == script->count || (script->steps[i].word->traits & WORD_OPENS) != 0;
}
