#include "wscheck/utf8_decoder.h"

void utf8_decoder_init(struct utf8_decoder *characters) {
    *characters = (struct utf8_decoder){0, 0, 0};
}

bool utf8_decoder_complete(const struct utf8_decoder *characters) {
    return characters->needed == 0;
}

static bool begin(struct utf8_decoder *characters, uint8_t byte) {
    if (byte < 0x80) {
        return true;
    }
    if ((byte & 0xe0) == 0xc0) {
        *characters = (struct utf8_decoder){byte & 0x1f, 0x80, 1};
    } else if ((byte & 0xf0) == 0xe0) {
        *characters = (struct utf8_decoder){byte & 0x0f, 0x800, 2};
    } else if ((byte & 0xf8) == 0xf0) {
        *characters = (struct utf8_decoder){byte & 0x07, 0x10000, 3};
    } else {
        return false;
    }
    return true;
}

bool utf8_decoder_next(struct utf8_decoder *characters, uint8_t byte) {
    if (characters->needed == 0) {
        return begin(characters, byte);
    }
    if ((byte & 0xc0) != 0x80) {
        return false;
    }
    characters->code_point = characters->code_point << 6 | (byte & 0x3f);
    characters->needed--;
    uint32_t code_point = characters->code_point;
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return characters->needed > 0 ||
           (code_point >= characters->least && code_point <= 0x10ffff && !surrogate);
}
