#include "wscheck/script.h"

#include <stdlib.h>

void script_free(struct script *script) {
    for (size_t i = 0; i < script->count; i++) {
        free((void *)(uintptr_t)script->steps[i].payload.unit);
    }
    free(script->steps);
    *script = (struct script){NULL, 0};
}

bool script_needs_echo(const struct script *script) {
    for (size_t i = 0; i < script->count; i++) {
        const struct script_step *step = &script->steps[i];
        if ((step->word == SCRIPT_WANT && !step->optional) || step->echo ||
            step->word == SCRIPT_STUFF) {
            return true;
        }
    }
    return false;
}

bool script_opens(const struct script *script) {
    for (size_t i = 0; i < script->count; i++) {
        switch (script->steps[i].word) {
        case SCRIPT_RAW:
        case SCRIPT_UNFINISHED:
        case SCRIPT_ALLBUT:
        case SCRIPT_ACCEPTABLE:
        case SCRIPT_REFUSE:
        case SCRIPT_ANSWER:
        case SCRIPT_STATUS:
        case SCRIPT_NEGOTIATED:
            return false;
        case SCRIPT_OPEN:
        case SCRIPT_ACCEPT:
        case SCRIPT_AGREED:
            return true;
        default:
            break;
        }
    }
    return true;
}
