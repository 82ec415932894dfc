#include "bench/payload.h"

#include <stdio.h>
#include <string.h>

/* Words in one script with blanks and punctuation between them, as text has them. So a validator
 * with a fast path for ASCII alone has to enter and leave it all the time. */
static const char *const sentences[] = {
    "The quick brown fox jumps over the lazy dog. ",
    "Voix ambiguë d’un cœur qui, au zéphyr, préfère les jattes de kiwis. ",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ",
    "Съешь же ещё этих мягких французских булок, да выпей чаю. ",
    "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण। ",
    "いろはにほへと ちりぬるを わかよたれそ つねならむ。",
    "天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。",
    "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. ",
    "🙂🚀🎉👍🌍 ",
};

uint64_t payload_random(uint64_t *state) {
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

static void fill_sentences(uint64_t *state, uint8_t *out, size_t size) {
    const size_t count = sizeof sentences / sizeof sentences[0];
    size_t filled = 0;
    while (filled < size) {
        const char *sentence = sentences[payload_random(state) % count];
        size_t length = strlen(sentence);
        if (length > size - filled) {
            memset(out + filled, '.', size - filled); /* rather than cut a character */
            return;
        }
        memcpy(out + filled, sentence, length);
        filled += length;
    }
}

void payload_fill(enum payload_kind kind, uint64_t *state, uint8_t *out, size_t size) {
    if (kind == PAYLOAD_MIXED) {
        fill_sentences(state, out, size);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        uint64_t random = payload_random(state) >> 32;
        out[i] = (uint8_t)(kind == PAYLOAD_ASCII ? ' ' + random % 95 : random);
    }
}

size_t payload_json(uint8_t *out, size_t size) {
    static const char *const words[] = {"the",    "server", "of",   "a",    "frame", "reads",
                                        "opens",  "slowly", "and",  "data", "never", "hello",
                                        "closes", "client", "with", "mask"};
    static const char *const users[] = {"alice", "bob", "carol", "dave"};
    uint64_t state = 1;
    size_t filled = 0;
    while (filled + 512 <= size) {
        char *to = (char *)out + filled;
        int length =
            sprintf(to, "{\"type\":\"message\",\"id\":%u,\"user\":\"%s\",\"text\":\"",
                    (unsigned)(payload_random(&state) >> 40), users[payload_random(&state) >> 62]);
        for (uint64_t left = 3 + (payload_random(&state) >> 60); left > 0; left--) {
            length += sprintf(to + length, "%s ", words[payload_random(&state) >> 60]);
        }
        filled += (size_t)(length + sprintf(to + length, "\"}\n"));
    }
    return filled;
}

size_t payload_samples(uint8_t *out, size_t size) {
    uint64_t state = 2;
    uint16_t values[3] = {0};
    size_t filled = 0;
    for (uint32_t counter = 0; filled + 16 <= size; counter++, filled += 16) {
        uint8_t *record = out + filled;
        memset(record, 0, 16);
        for (size_t i = 0; i < 4; i++) {
            record[i] = (uint8_t)(counter >> 8 * i);
        }
        for (size_t i = 0; i < 3; i++) {
            values[i] = (uint16_t)(values[i] + (payload_random(&state) >> 61));
            record[4 + 2 * i] = (uint8_t)values[i];
            record[5 + 2 * i] = (uint8_t)(values[i] >> 8);
        }
        record[10] = (uint8_t)(payload_random(&state) >> 56);
    }
    return filled;
}
