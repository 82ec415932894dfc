#include "step06_client/terminal.h"

#include "common/hexdump.h"
#include "common/process.h"
#include "common/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert(TERMINAL_MESSAGE_MAX == 16 << 20, "two sentences say 16 MiB");

void terminal_init(struct terminal *terminal, bool binary, bool one_message) {
    buffer_init(&terminal->buffer, terminal->lent, sizeof terminal->lent);
    terminal->binary = binary;
    terminal->one_message = one_message;
    terminal->ended = terminal->taken = terminal->cut = false;
    terminal->start = terminal->end = terminal->searched = 0;
}

void terminal_free(struct terminal *terminal) {
    buffer_free(&terminal->buffer);
}

const char *terminal_read(struct terminal *terminal) {
    struct buffer *buffer = &terminal->buffer;
    size_t kept = terminal->end - terminal->start;
    memmove(buffer->data, buffer->data + terminal->start, kept);
    terminal->start = 0;
    terminal->end = kept;
    if (kept > TERMINAL_MESSAGE_MAX) {
        return terminal->one_message
                   ? "the input is longer than 16 MiB, the most that --one-message sends"
                   : "a line of the input is longer than 16 MiB; --binary ignores lines";
    }
    if (buffer->capacity - kept < TERMINAL_LINE_MAX &&
        buffer_resize(buffer, 2 * buffer->capacity, kept) != 0) {
        return "the input needs more memory than there is";
    }
    size_t space = buffer->capacity - kept, most = TERMINAL_MESSAGE_MAX + 1 - kept;
    ssize_t count = read(STDIN_FILENO, buffer->data + kept, space < most ? space : most);
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
        return "standard input cannot be read";
    }
    terminal->ended = count == 0;
    terminal->end += count > 0 ? (size_t)count : 0;
    terminal->cut = count == TERMINAL_LINE_MAX && isatty(STDIN_FILENO) == 1;
    if (terminal->cut) {
        terminal->end = terminal->searched = 0;
        terminal->taken = true;
    }
    return NULL;
}

bool terminal_has_next(struct terminal *terminal) {
    const uint8_t *data = terminal->buffer.data + terminal->start;
    size_t length = terminal->end - terminal->start;
    if (terminal->one_message) {
        return terminal->ended && !terminal->taken;
    }
    if (length == 0 || terminal->binary || terminal->ended) {
        return length > 0;
    }
    const uint8_t *end = memchr(data + terminal->searched, '\n', length - terminal->searched);
    terminal->searched = end != NULL ? (size_t)(end - data) : length;
    return end != NULL;
}

void terminal_next(struct terminal *terminal, uint8_t **payload, size_t *length) {
    uint8_t *data = terminal->buffer.data + terminal->start;
    size_t left = terminal->end - terminal->start;
    bool whole = terminal->binary || terminal->one_message;
    const uint8_t *end = whole ? NULL : memchr(data, '\n', left);
    size_t taken = end != NULL ? (size_t)(end - data) : left;
    *payload = data;
    *length = taken;
    terminal->start += taken + (end != NULL ? 1 : 0);
    terminal->searched = 0;
    terminal->taken = true;
    if (end != NULL && taken > 0 && data[taken - 1] == '\r') {
        (*length)--; /* the line ends with CR LF */
    }
}

static void print_harmless(const uint8_t *text, size_t length) {
    size_t i = 0;
    while (i < length) {
        bool space = text[i] == '\n' || text[i] == '\t';
        size_t shown = space ? 1 : text_harmless(text + i, length - i);
        if (shown > 0) {
            fwrite(text + i, 1, shown, stdout);
            i += shown;
        } else {
            printf("\\x%02x", text[i++]);
        }
    }
}

static void print_dump(const uint8_t *bytes, size_t length) {
    char line[HEXDUMP_LINE_SIZE];
    for (size_t offset = 0; offset < length; offset += HEXDUMP_BYTES) {
        size_t count = length - offset < HEXDUMP_BYTES ? length - offset : HEXDUMP_BYTES;
        printf("%s\n", hexdump_line(offset, bytes + offset, count, line));
    }
}

int terminal_print(const struct terminal *terminal, const struct connection_message *message) {
    bool to_person = isatty(STDOUT_FILENO) == 1;
    if (message->opcode == FRAME_BINARY && (to_person || !terminal->binary)) {
        print_dump(message->payload, message->length);
    } else if (to_person) {
        print_harmless(message->payload, message->length);
    } else {
        fwrite(message->payload, 1, message->length, stdout);
    }
    if (message->opcode == FRAME_TEXT) {
        putchar('\n');
    }
    return process_flush_output();
}
