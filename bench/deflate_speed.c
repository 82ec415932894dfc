/* deflate_speed: deflate and inflate beside zlib's level 6, in one process. Prints a table in
 * Markdown. deflate_speed [ROUNDS]
 *
 * Every round measures all four, one after the other, in processor time. What is compared are the
 * two figures of one round; the table has the median of all rounds and, of the comparisons, how far
 * they are apart. Data are messages that share their history, as in a connection.
 */
#include "bench/payload.h"
#include "step07_deflate/deflate.h"
#include "step07_deflate/inflate.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum { DATA_MAX = 1 << 20, PACKED_MAX = 2 * DATA_MAX + (1 << 18), ROUNDS_MAX = 99 };

/* One kind of data, cut into messages. */
struct data {
    const char *name;
    uint8_t bytes[DATA_MAX];
    size_t length;
};

/* One line of the table. */
struct cell {
    const struct data *data;
    size_t message;
    unsigned window_bits;
};

/* What one compressor has made of the data: messages one after the other. */
struct packed {
    uint8_t bytes[PACKED_MAX];
    size_t length;
    size_t ends[DATA_MAX / 50]; /* of each message */
    size_t count;
};

enum { OURS, ZLIB, COMPRESSORS };
enum { DEFLATE, INFLATE, DIRECTIONS };

static struct packed packed[COMPRESSORS];
static uint8_t unpacked[DATA_MAX + (1 << 16)];

static void fail(const char *what) {
    fprintf(stderr, "deflate_speed: %s\n", what);
    exit(1);
}

static double processor_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t piece(const struct cell *cell, size_t done) {
    size_t left = cell->data->length - done;
    return left < cell->message ? left : cell->message;
}

static void end_message(struct packed *to, size_t written) {
    to->length += written;
    to->ends[to->count++] = to->length;
}

static void deflate_ours(const struct cell *cell, struct packed *to) {
    struct deflate deflate;
    void *memory = malloc(deflate_memory(cell->window_bits));
    if (memory == NULL) {
        fail("out of memory");
    }
    deflate_init(&deflate, cell->window_bits, memory);
    for (size_t done = 0; done < cell->data->length; done += piece(cell, done)) {
        size_t written = 0;
        if (!deflate_message(&deflate, cell->data->bytes + done, piece(cell, done),
                             to->bytes + to->length, sizeof to->bytes - to->length, &written)) {
            fail("deflate has no room");
        }
        end_message(to, written);
    }
    free(memory);
}

/* zlib has no raw window of 8 bits, and gets 9 for it. */
static int zlib_bits(const struct cell *cell) {
    return cell->window_bits < 9 ? -9 : -(int)cell->window_bits;
}

static void deflate_zlib(const struct cell *cell, struct packed *to) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, 6, Z_DEFLATED, zlib_bits(cell), 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        fail("zlib does not start");
    }
    for (size_t done = 0; done < cell->data->length; done += piece(cell, done)) {
        stream.next_in = (Bytef *)(uintptr_t)(cell->data->bytes + done);
        stream.avail_in = (uInt)piece(cell, done);
        stream.next_out = to->bytes + to->length;
        stream.avail_out = (uInt)(sizeof to->bytes - to->length);
        if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_out == 0) {
            fail("zlib has no room");
        }
        end_message(to, sizeof to->bytes - to->length - stream.avail_out);
    }
    deflateEnd(&stream);
}

/* Both read what zlib has written. */
static size_t inflate_ours(const struct cell *cell, const struct packed *from) {
    static struct inflate inflate;
    struct inflate_output output = {unpacked, 0, sizeof unpacked};
    size_t begin = 0;
    inflate_init(&inflate, cell->window_bits < 9 ? 9 : cell->window_bits);
    for (size_t i = 0; i < from->count; i++) {
        const uint8_t *next = from->bytes + begin;
        size_t left = from->ends[i] - begin;
        if (inflate_run(&inflate, &next, &left, &output) == INFLATE_BAD) {
            fail("inflate refuses");
        }
        begin = from->ends[i];
    }
    return output.length;
}

static size_t inflate_zlib(const struct cell *cell, const struct packed *from) {
    z_stream stream;
    size_t begin = 0;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, zlib_bits(cell)) != Z_OK) {
        fail("zlib does not start");
    }
    stream.next_out = unpacked;
    stream.avail_out = sizeof unpacked;
    for (size_t i = 0; i < from->count; i++) {
        stream.next_in = (Bytef *)(uintptr_t)(from->bytes + begin);
        stream.avail_in = (uInt)(from->ends[i] - begin);
        if (inflate(&stream, Z_SYNC_FLUSH) < 0) {
            fail("zlib refuses");
        }
        begin = from->ends[i];
    }
    inflateEnd(&stream);
    return sizeof unpacked - stream.avail_out;
}

/* Runs one of the four, little data several times, and returns its speed, in MB of plain data a
 * second. */
static double run(const struct cell *cell, int direction, int compressor) {
    struct packed *to = &packed[compressor];
    size_t length = cell->data->length, times = DATA_MAX / length;
    double begin = processor_time();
    for (size_t i = 0; i < times; i++) {
        if (direction == DEFLATE) {
            to->length = to->count = 0;
            (compressor == OURS ? deflate_ours : deflate_zlib)(cell, to);
        } else {
            length = (compressor == OURS ? inflate_ours : inflate_zlib)(cell, &packed[ZLIB]);
        }
    }
    double time = (processor_time() - begin) / (double)times;
    if (direction == INFLATE &&
        (length != cell->data->length || memcmp(unpacked, cell->data->bytes, length) != 0)) {
        fail("something else comes back");
    }
    return (double)length / time / 1e6;
}

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void measure(const struct cell *cell, size_t rounds) {
    static double speed[DIRECTIONS][COMPRESSORS + 1][ROUNDS_MAX]; /* the last: ours / zlib's */
    for (size_t round = 0; round < rounds; round++) {
        for (int direction = 0; direction < DIRECTIONS; direction++) {
            for (int i = 0; i < COMPRESSORS; i++) {
                int compressor = round % 2 == 0 ? i : COMPRESSORS - 1 - i;
                speed[direction][compressor][round] = run(cell, direction, compressor);
            }
            speed[direction][COMPRESSORS][round] =
                speed[direction][OURS][round] / speed[direction][ZLIB][round];
        }
    }
    printf("| %s | %zu | %u | %.1f %% | %.1f %% | %.3f |", cell->data->name, cell->message,
           cell->window_bits, 100.0 * (double)packed[OURS].length / (double)cell->data->length,
           100.0 * (double)packed[ZLIB].length / (double)cell->data->length,
           (double)packed[OURS].length / (double)packed[ZLIB].length);
    for (int direction = 0; direction < DIRECTIONS; direction++) {
        for (int i = 0; i <= COMPRESSORS; i++) {
            qsort(speed[direction][i], rounds, sizeof(double), compare);
        }
        const double *ratios = speed[direction][COMPRESSORS];
        printf(" %.0f | %.0f | %.2f (%.2f to %.2f) |", speed[direction][OURS][rounds / 2],
               speed[direction][ZLIB][rounds / 2], ratios[rounds / 2], ratios[0],
               ratios[rounds - 1]);
    }
    printf("\n");
    fflush(stdout);
}

/* Files of the repository, one after the other. */
static void read_files(struct data *data, const char *name, const char *pattern) {
    glob_t files;
    data->name = name;
    if (glob(pattern, 0, NULL, &files) != 0) {
        fail("run it in the repository, where its data are");
    }
    for (size_t i = 0; i < files.gl_pathc; i++) {
        FILE *file = fopen(files.gl_pathv[i], "rb");
        if (file == NULL) {
            fail("a file cannot be read");
        }
        data->length += fread(data->bytes + data->length, 1, DATA_MAX - data->length, file);
        fclose(file);
    }
    globfree(&files);
}

/* Messages of a chat. */
static void make_json(struct data *data) {
    static const char *const words[] = {"the",    "server", "of",   "a",    "frame", "reads",
                                        "opens",  "slowly", "and",  "data", "never", "hello",
                                        "closes", "client", "with", "mask"};
    static const char *const users[] = {"alice", "bob", "carol", "dave"};
    uint64_t state = 1;
    data->name = "JSON";
    while (data->length + 512 <= DATA_MAX) {
        char *to = (char *)data->bytes + data->length;
        int length =
            sprintf(to, "{\"type\":\"message\",\"id\":%u,\"user\":\"%s\",\"text\":\"",
                    (unsigned)(payload_random(&state) >> 40), users[payload_random(&state) >> 62]);
        for (uint64_t left = 3 + (payload_random(&state) >> 60); left > 0; left--) {
            length += sprintf(to + length, "%s ", words[payload_random(&state) >> 60]);
        }
        data->length += (size_t)(length + sprintf(to + length, "\"}\n"));
    }
}

/* Records of samples: a counter, a few small numbers that wander, and noise. */
static void make_binary(struct data *data) {
    uint64_t state = 2;
    uint16_t values[3] = {0};
    data->name = "binary";
    for (uint32_t counter = 0; data->length + 16 <= DATA_MAX; counter++) {
        uint8_t *record = data->bytes + data->length;
        for (size_t i = 0; i < 4; i++) {
            record[i] = (uint8_t)(counter >> 8 * i);
        }
        for (size_t i = 0; i < 3; i++) {
            values[i] = (uint16_t)(values[i] + (payload_random(&state) >> 61));
            record[4 + 2 * i] = (uint8_t)values[i];
            record[5 + 2 * i] = (uint8_t)(values[i] >> 8);
        }
        record[10] = (uint8_t)(payload_random(&state) >> 56);
        data->length += 16;
    }
}

static void print_memory(void) {
    printf("\n| window | deflate, bytes |\n|---:|---:|\n");
    for (unsigned bits = FORMAT_WINDOW_BITS_MIN; bits <= FORMAT_WINDOW_BITS_MAX; bits++) {
        printf("| %u | %zu |\n", bits, deflate_memory(bits) + sizeof(struct deflate));
    }
    printf("\nInflate needs %zu bytes and the window.\n", sizeof(struct inflate));
}

int main(int argc, char **argv) {
    static struct data text, html, source, json, binary;
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 9;
    rounds = rounds < 1 ? 1 : rounds < ROUNDS_MAX ? rounds : ROUNDS_MAX;
    read_files(&text, "text", "TUTORIAL.md");
    read_files(&html, "HTML", "step02_http/page.html");
    read_files(&source, "source code", "step0*/*.[ch]");
    make_json(&json);
    make_binary(&binary);
    const struct cell cells[] = {
        {&text, 65536, 15},   {&html, 65536, 15}, {&source, 65536, 15}, {&json, 65536, 15},
        {&binary, 65536, 15}, {&json, 60, 15},    {&json, 300, 15},     {&json, 1024, 15},
        {&text, 60, 15},      {&text, 300, 15},   {&text, 1024, 15},    {&text, 1024, 8},
        {&text, 1024, 9},     {&text, 1024, 10},  {&text, 1024, 11},    {&text, 1024, 12},
        {&text, 1024, 13},    {&text, 1024, 14},  {&json, 1024, 8},     {&json, 1024, 9},
        {&json, 1024, 10},    {&json, 1024, 11},  {&json, 1024, 12},    {&json, 1024, 13},
        {&json, 1024, 14},
    };
    printf("| data | message | window | deflate | zlib | size to zlib's | deflate MB/s | zlib | "
           "to zlib's | inflate MB/s | zlib | to zlib's |\n"
           "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        measure(&cells[i], rounds);
    }
    print_memory();
    return 0;
}
