/* deflate_speed: compares deflate and inflate with zlib's at level 6, in one process. Prints a
 * table in Markdown. deflate_speed [ROUNDS]
 *
 * Each round measures the processor time of both: zlib, ours, and zlib again. It compares only
 * figures of the same round, and the difference of zlib's two figures is noise, as in figures.py.
 * The data is cut into messages that share their history, as in a connection.
 */
#include "bench/payload.h"
#include "step07_deflate/deflate.h"
#include "step07_deflate/inflate.h"

#include <glob.h>
#include <math.h>
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

/* The output of one compressor: messages one after another. */
struct packed {
    uint8_t bytes[PACKED_MAX];
    size_t length;
    size_t ends[DATA_MAX / 50]; /* of each message */
    size_t count;
};

enum { ZLIB, OURS, COMPRESSORS };
enum { DEFLATE, INFLATE, DIRECTIONS };

/* The goals, as ratios to zlib. */
static const double size_goal = 1.025, speed_goal = 1.0;

static struct packed packed[COMPRESSORS];
static unsigned met, missed, undecided; /* goals */
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

/* zlib has no raw window of 8 bits, so it gets 9 instead. */
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

/* Both inflate what zlib has compressed. */
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

/* Runs one of the four functions, several times if there is little data. Returns its speed, in MB
 * of plain data a second. */
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

static double median(double *numbers, size_t count) {
    qsort(numbers, count, sizeof *numbers, compare);
    return numbers[count / 2];
}

static const char *judge(double above_goal, double noise) {
    bool is_undecided = fabs(above_goal) < noise;
    ++*(is_undecided ? &undecided : above_goal < 0 ? &missed : &met);
    return is_undecided ? "undecided" : above_goal < 0 ? "**missed**" : "met";
}

static void measure_speed(const struct cell *cell, int direction, size_t rounds) {
    static double ours[ROUNDS_MAX], zlib[ROUNDS_MAX], ratio[ROUNDS_MAX], difference[ROUNDS_MAX];
    for (size_t round = 0; round < rounds; round++) {
        double before = run(cell, direction, ZLIB);
        ours[round] = run(cell, direction, OURS);
        double after = run(cell, direction, ZLIB);
        zlib[round] = (before + after) / 2;
        ratio[round] = ours[round] / zlib[round];
        difference[round] = fabs(after / before - 1);
    }
    double noise = 2 * median(difference, rounds) / sqrt((double)rounds);
    double speed = median(ratio, rounds);
    printf(" %.0f | %.0f | %.2f ± %.2f, %s |", median(ours, rounds), median(zlib, rounds), speed,
           noise, judge(speed - speed_goal, noise));
}

static void measure(const struct cell *cell, size_t rounds) {
    run(cell, DEFLATE, ZLIB);
    run(cell, DEFLATE, OURS);
    double plain = (double)cell->data->length, ours = (double)packed[OURS].length;
    double zlib = (double)packed[ZLIB].length;
    printf("| %s | %zu | %u | %.1f %% | %.1f %% | %.3f, %s |", cell->data->name, cell->message,
           cell->window_bits, 100 * ours / plain, 100 * zlib / plain, ours / zlib,
           judge(size_goal - ours / zlib, 0));
    for (int direction = 0; direction < DIRECTIONS; direction++) {
        measure_speed(cell, direction, rounds);
    }
    printf("\n");
    fflush(stdout);
}

/* Files of the repository, one after the other. */
static void read_files(struct data *data, const char *name, const char *pattern) {
    glob_t files;
    data->name = name;
    if (glob(pattern, 0, NULL, &files) != 0) {
        fail("run it in the repository, where its data is");
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

static void print_memory(void) {
    printf("\n| window | deflate, bytes |\n|---:|---:|\n");
    for (unsigned bits = DEFLATE_FORMAT_WINDOW_BITS_MIN; bits <= DEFLATE_FORMAT_WINDOW_BITS_MAX;
         bits++) {
        printf("| %u | %zu |\n", bits, deflate_memory(bits) + sizeof(struct deflate));
    }
    printf("\nInflate needs %zu bytes and the window.\n", sizeof(struct inflate));
}

int main(int argc, char **argv) {
    static struct data text, html, source, json = {.name = "JSON"}, binary = {.name = "binary"};
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 15;
    rounds = rounds < 1 ? 1 : rounds < ROUNDS_MAX ? rounds : ROUNDS_MAX;
    read_files(&text, "text", "TUTORIAL.md");
    read_files(&html, "HTML", "step02_http/page.html");
    read_files(&source, "source code", "step0*/*.[ch]");
    json.length = payload_json(json.bytes, DATA_MAX);
    binary.length = payload_samples(binary.bytes, DATA_MAX);
    const struct cell cells[] = {
        {&text, 65536, 15},   {&html, 65536, 15}, {&source, 65536, 15}, {&json, 65536, 15},
        {&binary, 65536, 15}, {&json, 60, 15},    {&json, 300, 15},     {&json, 1024, 15},
        {&text, 60, 15},      {&text, 300, 15},   {&text, 1024, 15},    {&text, 1024, 8},
        {&text, 1024, 9},     {&text, 1024, 10},  {&text, 1024, 11},    {&text, 1024, 12},
        {&text, 1024, 13},    {&text, 1024, 14},  {&json, 1024, 8},     {&json, 1024, 9},
        {&json, 1024, 10},    {&json, 1024, 11},  {&json, 1024, 12},    {&json, 1024, 13},
        {&json, 1024, 14},
    };
    printf("| data | message | window | deflate | zlib | size, of zlib's | deflate MB/s | zlib | "
           "of zlib's | inflate MB/s | zlib | of zlib's |\n"
           "|---|---:|---:|---:|---:|---|---:|---:|---|---:|---:|---|\n");
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        measure(&cells[i], rounds);
    }
    printf(
        "\nOf %u goals %u are met, %u missed and %u undecided: %.1f of zlib's speed, and no more "
        "than %.3f of its size.\nThis is zlib %s, and there were %zu rounds.\n",
        met + missed + undecided, met, missed, undecided, speed_goal, size_goal, zlibVersion(),
        rounds);
    print_memory();
    return 0;
}
