#include "wscheck/script.h"

#include "common/text.h"
#include "wscheck/memory.h"
#include "wscheck/words.h"

#include <stdlib.h>
#include <string.h>

static void skip_space(const char **text) {
    *text += strspn(*text, " \n");
}

/* Whether the text continues with this word, after which a number may follow directly. If so, moves
 * past the word. */
static bool take(const char **text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0 || strchr(" \n+0123456789", (*text)[length]) == NULL) {
        return false;
    }
    *text += length;
    return true;
}

static uint64_t take_number(const char **text) {
    uint64_t number = 0;
    for (skip_space(text); text_is_digit(**text); ++*text) {
        number = number * 10 + (uint64_t)(**text - '0');
    }
    return number;
}

static uint8_t hex_value(char digit) {
    return (uint8_t)(text_is_digit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

/* Reads one part of a payload and appends it to the unit. Returns false if there is no more. */
static bool take_part(const char **text, uint8_t *unit, size_t *length) {
    skip_space(text);
    if (text_is_digit(**text)) {
        uint64_t number = take_number(text);
        unit[(*length)++] = (uint8_t)(number >> 8);
        unit[(*length)++] = (uint8_t)number;
        return true;
    }
    char end = **text == '\'' ? '\'' : **text == '[' ? ']' : '\0';
    if (end == '\0') {
        return false;
    }
    for (++*text; **text != end && **text != '\0'; ++*text) {
        if (end == '\'') {
            unit[(*length)++] = (uint8_t) * *text;
        } else if (**text != ' ') {
            unit[(*length)++] = (uint8_t)(hex_value((*text)[0]) << 4 | hex_value((*text)[1]));
            ++*text;
        }
    }
    *text += **text == end;
    return true;
}

/* Reads a payload. A NUL after its bytes makes it a C string as well. */
static void take_payload(const char **text, struct script_step *step) {
    uint8_t *unit = memory_take(strlen(*text) + 1);
    size_t length = 0;
    while (take_part(text, unit, &length)) {
    }
    step->payload = (struct payload){unit, length, length, 0};
    step->text = (const char *)unit;
    skip_space(text);
    if (**text == '*') {
        ++*text;
        step->payload.length = take_number(text);
    }
}

/* Reads the opcode of a frame, and the + after it. Returns false if there is none. */
static bool take_opcode(const char **text, struct writer_frame *frame) {
    static const struct {
        const char *name;
        uint8_t opcode;
    } names[] = {
        {"text", OPCODE_TEXT},   {"binary", OPCODE_BINARY}, {"cont", OPCODE_CONTINUATION},
        {"close", OPCODE_CLOSE}, {"ping", OPCODE_PING},     {"pong", OPCODE_PONG},
    };
    bool found = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++) {
        if (take(text, names[i].name)) {
            frame->opcode = names[i].opcode;
            found = true;
        }
    }
    if (!found && take(text, "op")) {
        frame->opcode = take_number(text) & 0x0f;
        found = true;
    }
    frame->fin = **text != '+';
    *text += found && **text == '+';
    return found;
}

/* Reads one of the words that may stand in front of an opcode. Returns false if there is none. */
static bool take_modifier(const char **text, struct script_step *step) {
    const struct {
        const char *name;
        bool *flag;
        uint64_t *number;
    } modifiers[] = {
        {"unmasked", &step->unmasked, NULL}, {"masked", &step->masked, NULL},
        {"zerokey", &step->zero_key, NULL},  {"echo", &step->echo, NULL},
        {"deflated", &step->deflated, NULL}, {"claim", &step->claims, &step->frame.claimed},
        {"cut", NULL, &step->cut},           {"split", NULL, &step->split},
        {"pieces", NULL, &step->pieces},     {"times", NULL, &step->times},
        {"slide", NULL, &step->slide},
    };
    if (take(text, "rsv")) {
        step->frame.rsv = take_number(text) & 7;
        return true;
    }
    if (take(text, "len")) {
        step->frame.length_bits = (unsigned)take_number(text);
        return true;
    }
    for (size_t i = 0; i < sizeof modifiers / sizeof modifiers[0]; i++) {
        if (take(text, modifiers[i].name)) {
            if (modifiers[i].flag != NULL) {
                *modifiers[i].flag = true;
            }
            if (modifiers[i].number != NULL) {
                *modifiers[i].number = take_number(text);
            }
            return true;
        }
    }
    return false;
}

static void take_codes(const char **text, struct script_step *step) {
    for (size_t i = 0; i + 1 < SCRIPT_CODES_MAX; i++) {
        skip_space(text);
        if (!text_is_digit(**text)) {
            return;
        }
        step->codes[i] = (unsigned)take_number(text);
        if (**text != ',') {
            return;
        }
        ++*text;
    }
}

static bool take_frame(const char **text, struct script_step *step) {
    step->word = &word_frame;
    step->times = 1;
    if (**text == '<') {
        step->word = &word_message;
        step->optional = (*text)[1] == '?';
        *text += 1 + step->optional;
        skip_space(text);
    }
    while (take_modifier(text, step)) {
        skip_space(text);
    }
    if (!take_opcode(text, &step->frame)) {
        return false;
    }
    take_payload(text, step);
    step->frame.payload = step->payload;
    if (!step->claims) {
        step->frame.claimed = step->payload.length;
    }
    return true;
}

/* Reads the next word. Returns NULL if the role has no such word. */
static const struct word *take_word(const char **text, enum script_role role) {
    static const struct word *const of_servers[] = {words_of_requests, words_of_answers,
                                                    words_of_servers,  words_of_headers,
                                                    words_of_both,     NULL};
    static const struct word *const of_clients[] = {words_of_clients, words_of_headers,
                                                    words_of_both, NULL};
    const struct word *const *table = role == FOR_SERVERS ? of_servers : of_clients;
    for (; *table != NULL; table++) {
        for (const struct word *word = *table; word->name != NULL; word++) {
            if (take(text, word->name)) {
                return word;
            }
        }
    }
    return NULL;
}

/* Reads one word and its arguments, or one frame. Returns false if the text is neither. */
static bool take_step(const char **text, enum script_role role, struct script_step *step) {
    step->word = take_word(text, role);
    if (step->word == NULL) {
        return take_frame(text, step);
    }
    if ((step->word->argument & WORD_NUMBER) != 0) {
        step->number = take_number(text);
    }
    if ((step->word->argument & WORD_PAYLOAD) != 0) {
        take_payload(text, step);
    }
    if (step->word->argument == WORD_CODES) {
        take_codes(text, step);
    }
    return true;
}

const char *script_parse(struct script *script, const char *text, enum script_role role) {
    size_t steps = strlen(text) / 2 + 2; /* each has at least one character and a space */
    *script = (struct script){memory_take(steps * sizeof script->steps[0]), 0};
    for (skip_space(&text); *text != '\0'; skip_space(&text)) {
        if (!take_step(&text, role, &script->steps[script->count++])) {
            return text;
        }
    }
    script->steps[script->count++].word = &word_end;
    return NULL;
}

void script_free(struct script *script) {
    for (size_t i = 0; i < script->count; i++) {
        free((void *)(uintptr_t)script->steps[i].payload.unit);
    }
    free(script->steps);
    *script = (struct script){NULL, 0};
}

bool script_has(const struct script *script, unsigned trait) {
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
    return script_has(script, WORD_NEEDS_ECHO);
}

bool script_is_heavy(const struct script *script) {
    enum { HEAVY_BYTES = 1 << 20, HEAVY_FRAMES = 2000 };
    uint64_t bytes = 0, frames = 0;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_step *step = &script->steps[i];
        uint64_t length = step->payload.length;
        uint64_t times = step->echo ? 1 : step->times; /* each echo is waited for */
        if (step->word == &word_frame) {
            bytes += length * times;
            frames += (step->pieces > 0 ? length / step->pieces : 1) * times;
        } else if (step->word->argument == WORD_NUMBER_AND_PAYLOAD) {
            bytes += step->number;
        }
    }
    return bytes > HEAVY_BYTES || frames > HEAVY_FRAMES;
}

bool script_opens(const struct script *script) {
    size_t i = 0;
    while (i < script->count &&
           (script->steps[i].word->traits & (WORD_OPENS | WORD_NEVER_OPENS)) == 0) {
        i++;
    }
    return i == script->count || (script->steps[i].word->traits & WORD_OPENS) != 0;
}
