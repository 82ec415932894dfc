#include "wscheck/utf8_decoder.h"

void utf8_decoder_init(struct utf8_decoder *decoder) {
    *decoder = (struct utf8_decoder){0, 0, 0};
}

bool utf8_decoder_complete(const struct utf8_decoder *decoder) {
    return decoder->needed == 0;
}

static bool begin(struct utf8_decoder *decoder, uint8_t byte) {
    if (byte < 0x80) {
        return true;
    }
    if ((byte & 0xe0) == 0xc0) {
        *decoder = (struct utf8_decoder){byte & 0x1f, 0x80, 1};
    } else if ((byte & 0xf0) == 0xe0) {
        *decoder = (struct utf8_decoder){byte & 0x0f, 0x800, 2};
    } else if ((byte & 0xf8) == 0xf0) {
        *decoder = (struct utf8_decoder){byte & 0x07, 0x10000, 3};
    } else {
        return false;
    }
    return true;
}

bool utf8_decoder_next(struct utf8_decoder *decoder, uint8_t byte) {
    if (decoder->needed == 0) {
        return begin(decoder, byte);
    }
    if ((byte & 0xc0) != 0x80) {
        return false;
    }
    decoder->code_point = decoder->code_point << 6 | (byte & 0x3f);
    decoder->needed--;
    uint32_t code_point = decoder->code_point;
    bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    return decoder->needed > 0 ||
           (code_point >= decoder->least && code_point <= 0x10ffff && !surrogate);
}
