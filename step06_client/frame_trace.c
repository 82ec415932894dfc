#include "step06_client/frame_trace.h"

#include <string.h>

void frame_trace_init(struct frame_trace *trace, const char *name, bool masked,
                      uint8_t allowed_rsv) {
    frame_show_init(&trace->show, 0, name, masked);
    trace->show.rules.allowed_rsv = allowed_rsv;
    trace->len = 0;
}

void frame_trace_bytes(struct frame_trace *trace, const uint8_t *bytes, size_t len) {
    while (len > 0 && !trace->show.ended) {
        size_t room = sizeof trace->bytes - trace->len;
        size_t count = len < room ? len : room;
        memcpy(trace->bytes + trace->len, bytes, count);
        trace->len += count;
        size_t used = frame_show_all(&trace->show, trace->bytes, trace->len);
        trace->len -= used;
        memmove(trace->bytes, trace->bytes + used, trace->len);
        bytes += count;
        len -= count;
    }
}
