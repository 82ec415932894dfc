/* Step 6 from outside: the client program against the echo server, and against a server in the
 * hands of the test that breaks each rule for servers. */
#define _XOPEN_SOURCE 700 /* pseudo-terminals */

#include "step03_handshake/handshake.h"
#include "tests/peer.h"
#include "tests/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWITCH "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define OPEN SWITCH "Sec-WebSocket-Accept: {accept}\r\n\r\n"

enum { TEXT_SIZE = 1 << 16, ARGUMENTS_MAX = 12, LINGER = 200 };

static struct process echo_server;

/* The echo server replies to everything before it replies to a Close, so nothing is to wait for. */
static const char *const at_once[] = {"--wait", "0", NULL};

/* The client program while it runs. Its three streams are files, or `input` a pipe. */
struct run {
    pid_t pid;
    int input; /* the end to write to, or -1 */
    FILE *out, *err;
    char printed[TEXT_SIZE], said[TEXT_SIZE]; /* standard output and error, once it has ended */
};

static bool is_one_line(const char *text) {
    return text[0] != '\0' && strcspn(text, "\n") + 1 == strlen(text);
}

/* A file that goes with the last descriptor of it. */
static FILE *temporary(void) {
    FILE *file = tmpfile();
    if (file == NULL) {
        abort();
    }
    return file;
}

static void start(struct run *run, int input, const char *const *arguments, const char *url) {
    const char *folder = getenv("BUILD");
    char path[512];
    const char *words[ARGUMENTS_MAX + 3] = {"step06_client"};
    size_t count = 1;
    for (; arguments != NULL && *arguments != NULL && count <= ARGUMENTS_MAX; arguments++) {
        words[count++] = *arguments;
    }
    words[count] = url;
    snprintf(path, sizeof path, "%s/step06_client", folder != NULL ? folder : "build");
    run->out = run->out != NULL ? run->out : temporary();
    run->err = temporary();
    run->pid = fork();
    if (run->pid == 0) {
        dup2(input, STDIN_FILENO);
        dup2(fileno(run->out), STDOUT_FILENO);
        dup2(fileno(run->err), STDERR_FILENO);
        execv(path, (char *const *)(uintptr_t)words);
        _exit(127);
    }
}

static void read_back(FILE *file, char *text) {
    rewind(file);
    text[fread(text, 1, TEXT_SIZE - 1, file)] = '\0';
    fclose(file);
}

/* Waits for the end. Returns the exit status, or -1. */
static int finish(struct run *run) {
    int status = -1;
    int64_t deadline = now() + PROCESS_WAIT;
    while (waitpid(run->pid, &status, WNOHANG) == 0) {
        if (now() > deadline) {
            kill(run->pid, SIGKILL);
        }
        poll(NULL, 0, 2);
    }
    read_back(run->out, run->printed);
    read_back(run->err, run->said);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs the client to its end, with this input. */
static int run_client(struct run *run, const char *input, const char *const *arguments,
                      const char *url) {
    FILE *in = temporary();
    fputs(input, in);
    rewind(in);
    memset(run, 0, sizeof *run);
    start(run, fileno(in), arguments, url);
    int status = finish(run);
    fclose(in);
    return status;
}

/* A server for one connection, in a thread: it answers the handshake with `answer`, in which
 * {accept} stands for the right value, waits for `wait_for` bytes of frames, and sends `frames`.
 * Then it ends its side of TCP, with `lingers` a while behind the reply to its Close, and reads
 * until the client ends the other; or it ends both at once. */
struct script {
    const char *answer;
    struct wire frames;
    size_t wait_for;
    int delay; /* ms before the frames */
    bool end_at_once, lingers;

    pthread_t thread;
    int listener;
    char url[64];
    char request[4096];
    uint8_t got[4096]; /* what came behind the request */
    size_t got_length;
    bool ended_early; /* the client has ended TCP before the server did */
};

/* Writes the answer with the accept value that belongs to the request. */
static void write_answer(struct script *script, char *out, size_t size) {
    char accept_value[HANDSHAKE_ACCEPT_SIZE] = "";
    const char *key = strstr(script->request, "Sec-WebSocket-Key: ");
    const char *mark = strstr(script->answer, "{accept}");
    if (key != NULL) {
        handshake_accept((struct http_text){key + 19, 24}, accept_value);
    }
    if (mark == NULL) {
        snprintf(out, size, "%s", script->answer);
    } else {
        snprintf(out, size, "%.*s%s%s", (int)(mark - script->answer), script->answer, accept_value,
                 mark + 8);
    }
}

/* Reads frames until `wanted` bytes are there, or to the end. */
static void collect(struct script *script, int fd, size_t wanted) {
    while (script->got_length < wanted) {
        struct pollfd wait = {fd, POLLIN, 0};
        if (poll(&wait, 1, PROCESS_WAIT) <= 0) {
            return;
        }
        ssize_t count =
            recv(fd, script->got + script->got_length, sizeof script->got - script->got_length, 0);
        if (count <= 0) {
            return;
        }
        script->got_length += (size_t)count;
    }
}

static void *serve(void *argument) {
    struct script *script = argument;
    char answer[4096];
    struct pollfd wait = {script->listener, POLLIN, 0};
    int fd = poll(&wait, 1, PROCESS_WAIT) > 0 ? accept(script->listener, NULL, NULL) : -1;
    if (fd >= 0 && peer_read_until(fd, "\r\n\r\n", script->request, sizeof script->request)) {
        write_answer(script, answer, sizeof answer);
        peer_send_text(fd, answer);
        collect(script, fd, script->wait_for);
        poll(NULL, 0, script->delay);
        if (script->frames.len > 0) {
            peer_send(fd, script->frames.bytes, script->frames.len);
        }
        if (script->lingers) {
            collect(script, fd, 8); /* a Close with a code */
            script->ended_early = poll(&(struct pollfd){fd, POLLIN, 0}, 1, LINGER) != 0;
        }
        if (script->frames.len > 0) {
            shutdown(fd, SHUT_WR);
        }
        if (!script->end_at_once) {
            collect(script, fd, sizeof script->got);
        }
    }
    close(fd);
    return NULL;
}

static void listen_for(struct script *script) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    script->listener = socket(AF_INET, SOCK_STREAM, 0);
    bool good = bind(script->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
                listen(script->listener, 1) == 0 &&
                getsockname(script->listener, (struct sockaddr *)&address, &size) == 0;
    CHECK(good);
    snprintf(script->url, sizeof script->url, "ws://127.0.0.1:%u/", ntohs(address.sin_port));
    script->got_length = 0;
    pthread_create(&script->thread, NULL, serve, script);
}

static void end_script(struct script *script) {
    pthread_join(script->thread, NULL);
    close(script->listener);
    wire_free(&script->frames);
}

/* Runs the client against a script. Returns its exit status. */
static int play(struct script *script, struct run *run, const char *input,
                const char *const *arguments) {
    listen_for(script);
    int status = run_client(run, input, arguments, script->url);
    end_script(script);
    return status;
}

/* Unmasks the frames that came in place. Each must be masked, short and whole. Stores their first
 * bytes, and returns how many there are. */
static size_t unmask_all(struct script *script, uint8_t first[8], char payload[8][126]) {
    size_t at = 0, count = 0;
    while (at + 6 <= script->got_length && count < 8) {
        uint8_t *frame = script->got + at;
        size_t length = frame[1] & 0x7f;
        CHECK((frame[1] & 0x80) != 0 && length < 126 && at + 6 + length <= script->got_length);
        for (size_t i = 0; i < length && at + 6 + i < script->got_length; i++) {
            payload[count][i] = (char)(frame[6 + i] ^ frame[2 + i % 4]);
        }
        payload[count][length] = '\0';
        first[count++] = frame[0];
        at += 6 + length;
    }
    CHECK_EQUAL(at, script->got_length);
    return count;
}

static const char *echo_url(void) {
    static char url[64];
    snprintf(url, sizeof url, "ws://127.0.0.1:%u/", echo_server.port);
    return url;
}

static void lines_come_back(void) {
    struct run run;
    CHECK_EQUAL(run_client(&run, "one\n\nGr\xc3\xbc\xc3\x9f\x65\r\nno end", at_once, echo_url()),
                0);
    CHECK_FOR(strcmp(run.printed, "one\n\nGr\xc3\xbc\xc3\x9f\x65\nno end\n") == 0, "%s",
              run.printed);
    CHECK_FOR(strcmp(run.said, "open\nclosed with 1000\n") == 0, "%s", run.said);
}

static void many_bytes_come_back(void) {
    static const char *const arguments[] = {"--binary", "--quiet", NULL};
    enum { SIZE = 20 << 20 };
    uint8_t *sent = malloc(SIZE), *got = malloc(SIZE + 1);
    struct run run = {0};
    FILE *in = temporary(), *out = temporary();
    for (size_t i = 0; i < SIZE; i++) {
        sent[i] = (uint8_t)(i * 7 + i / 251);
    }
    CHECK_EQUAL(fwrite(sent, 1, SIZE, in), SIZE);
    rewind(in);
    run.out = fdopen(dup(fileno(out)), "r+");
    start(&run, fileno(in), arguments, echo_url());
    CHECK_EQUAL(finish(&run), 0);
    rewind(out);
    CHECK_EQUAL(fread(got, 1, SIZE + 1, out), SIZE);
    CHECK(memcmp(sent, got, SIZE) == 0);
    CHECK(run.said[0] == '\0');
    fclose(in);
    fclose(out);
    free(sent);
    free(got);
}

static void a_long_line_is_one_message(void) {
    struct run run;
    static char line[50001];
    memset(line, 'x', sizeof line - 1);
    CHECK_EQUAL(run_client(&run, line, at_once, echo_url()), 0);
    CHECK_EQUAL(strlen(run.printed), sizeof line);
    CHECK(process_logs(&echo_server, "closed with 1000 after 1 messages"));
}

static void what_is_not_utf8_is_not_sent(void) {
    struct run run;
    CHECK_EQUAL(run_client(&run, "a\n\xff\nb\n", at_once, echo_url()), 1);
    CHECK_FOR(strcmp(run.printed, "a\nb\n") == 0, "%s", run.printed);
    CHECK_FOR(strstr(run.said, "line 2 is not UTF-8") != NULL, "%s", run.said);
}

static void nothing_is_sent_before_the_answer_is_judged(void) {
    static const char *const answers[] = {
        SWITCH "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        SWITCH "\r\n",
        SWITCH "Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
        SWITCH "Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Extensions: x\r\n\r\n",
        "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 101 x\nUpgrade: websocket\n\n",
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct script script = {.answer = answers[i]};
        struct run run;
        CHECK_EQUAL(play(&script, &run, "secret\n", NULL), 1);
        CHECK_FOR(script.got_length == 0, "%zu bytes after %s", script.got_length, answers[i]);
        CHECK_FOR(is_one_line(run.said), "%s", run.said);
    }
}

static void binary_messages_are_shown_in_hex(void) {
    struct script script = {.answer = OPEN};
    struct run run;
    wire_add_server_text(&script.frames, 0x82, "0123456789abcdefXY");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--wait", "10", NULL}), 0);
    CHECK_FOR(strncmp(run.printed, "0000  30 31 32 ", 15) == 0 &&
                  strstr(run.printed, "\n0010  58 59 ") != NULL,
              "%s", run.printed);
}

static void a_refusal_is_shown(void) {
    struct script script = {.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 14\r\n\r\n"
                                      "not\x1b[31m today\r\n",
                            .end_at_once = true};
    struct run run;
    CHECK_EQUAL(play(&script, &run, "", NULL), 1);
    CHECK_FOR(strstr(run.said, ": 403 Forbidden: not\\x1b[31m today\n") != NULL, "%s", run.said);
    script = (struct script){.answer = "HTTP/1.1 302 Found\r\nLocation: http://x/login\r\n\r\n",
                             .end_at_once = true};
    CHECK_EQUAL(play(&script, &run, "", NULL), 1);
    CHECK_FOR(strstr(run.said, ": 302 Found; it says to go to http://x/login\n") != NULL, "%s",
              run.said);
}

static void every_frame_has_a_key_of_its_own(void) {
    struct script script = {.answer = OPEN, .wait_for = 4 * 10};
    struct run run;
    uint8_t first[8];
    char payload[8][126];
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(play(&script, &run, "same\nsame\nsame\nsame\n", NULL), 0);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < i; j++) {
            CHECK(memcmp(script.got + i * 10 + 2, script.got + j * 10 + 2, 4) != 0);
        }
    }
    CHECK_EQUAL(unmask_all(&script, first, payload), 5);
    for (size_t i = 0; i < 4; i++) {
        CHECK_EQUAL(first[i], 0x81);
        CHECK(strcmp(payload[i], "same") == 0);
    }
    CHECK_EQUAL(first[4], 0x88);
}

static void a_rule_broken_by_the_server_ends_it(void) {
    static const struct {
        const char *frames;
        unsigned code;
    } cases[] = {
        {"81 85 37fa213d 7f9f4d5158", 1002}, /* masked */
        {"91 00", 1002},                     /* RSV3 */
        {"83 00", 1002},                     /* a reserved opcode */
        {"81 01 ff", 1007},                  /* not UTF-8 */
        {"88 02 03 ed", 1002},               /* code 1005 */
        {"82 7f 0000 0001 0000 0000", 1009}, /* 4 GiB */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script = {.answer = OPEN};
        struct run run;
        uint8_t first[8];
        char payload[8][126], sent[32];
        wire_add_hex(&script.frames, cases[i].frames);
        CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--wait", "10", NULL}), 1);
        size_t count = unmask_all(&script, first, payload);
        CHECK_EQUAL(count, 1);
        CHECK_EQUAL(first[0], 0x88);
        CHECK_EQUAL((unsigned)(uint8_t)payload[0][0] << 8 | (uint8_t)payload[0][1], cases[i].code);
        snprintf(sent, sizeof sent, "%u was sent", cases[i].code);
        CHECK_FOR(strstr(run.said, sent) != NULL, "%s", run.said);
    }
}

static void the_code_of_a_close_is_the_exit_status(void) {
    static const struct {
        unsigned code;
        int status;
        const char *said;
    } cases[] = {
        {1000, 0, "closed with 1000: bye\n"},
        {1001, 0, "closed with 1001: bye\n"},
        {1011, 1, "closed with 1011: bye\n"},
        {4000, 1, "closed with 4000: bye\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script = {.answer = OPEN};
        struct run run;
        uint8_t first[8];
        char payload[8][126];
        wire_add_server_close(&script.frames, cases[i].code, "bye");
        CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--wait", "10", NULL}),
                    cases[i].status);
        CHECK_FOR(strstr(run.said, cases[i].said) != NULL, "%s", run.said);
        CHECK_EQUAL(unmask_all(&script, first, payload), 1); /* the reply, with the same code */
        CHECK_EQUAL((unsigned)(uint8_t)payload[0][0] << 8 | (uint8_t)payload[0][1], cases[i].code);
    }
}

static void the_server_is_the_first_to_end_tcp(void) {
    for (int asked = 0; asked < 2; asked++) {
        struct script script = {.answer = OPEN, .lingers = true, .wait_for = asked ? 8 : 0};
        struct run run;
        wire_add_server_close(&script.frames, 1000, "");
        CHECK_EQUAL(
            play(&script, &run, "", asked ? at_once : (const char *const[]){"--wait", "10", NULL}),
            0);
        CHECK_EQUAL(script.got_length, 8);
        CHECK(!script.ended_early);
    }
}

static void late_replies_are_waited_for(void) {
    struct script script = {.answer = OPEN, .wait_for = 11, .delay = 300};
    struct run run;
    wire_add_server_text(&script.frames, 0x81, "late");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(play(&script, &run, "hello\n", (const char *const[]){"--wait", "10", NULL}), 0);
    CHECK_FOR(strcmp(run.printed, "late\n") == 0, "%s", run.printed);
}

static void an_end_without_a_close_is_an_error(void) {
    struct script script = {.answer = OPEN, .end_at_once = true};
    struct run run;
    CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--wait", "10", NULL}), 1);
    CHECK_FOR(strstr(run.said, "without a Close") != NULL || strstr(run.said, "reset") != NULL,
              "%s", run.said);
}

static void a_server_that_says_nothing_is_left(void) {
    struct script script = {.answer = ""};
    struct run run;
    int64_t begin = now();
    CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--handshake-timeout", "0.2", NULL}),
                1);
    CHECK_FOR(strstr(run.said, "--handshake-timeout") != NULL, "%s", run.said);
    script = (struct script){.answer = OPEN}; /* it never replies to a Close */
    CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--wait", "0", NULL}), 1);
    CHECK_FOR(strstr(run.said, "did not reply to our Close") != NULL, "%s", run.said);
    CHECK(now() - begin < PROCESS_WAIT);
}

static void pings_go_both_ways(void) {
    struct script script = {.answer = OPEN, .wait_for = 6 + 14};
    struct run run;
    uint8_t first[8];
    char payload[8][126];
    wire_add_server_text(&script.frames, 0x89, "ping");
    wire_add_server_text(&script.frames, 0x8a, "are you there?");
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--ping", "--wait", "10", NULL}), 0);
    CHECK_EQUAL(unmask_all(&script, first, payload), 3);
    CHECK_EQUAL(first[0], 0x89);
    CHECK_EQUAL(first[1], 0x8a);
    CHECK(strcmp(payload[1], "ping") == 0);
    CHECK_FOR(strstr(run.said, "pong after ") != NULL, "%s", run.said);

    script = (struct script){.answer = OPEN, .wait_for = 6 + 14};
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(play(&script, &run, "", (const char *const[]){"--ping", "--wait", "10", NULL}), 1);
    CHECK_FOR(strstr(run.said, "the ping was not answered") != NULL, "%s", run.said);
}

static void interrupt_says_goodbye(void) {
    static struct script script = {.answer = OPEN, .wait_for = 8};
    struct run run = {0};
    uint8_t first[8];
    char payload[8][126] = {{0}}, said[256] = "";
    int input[2];
    CHECK_EQUAL(pipe(input), 0);
    wire_add_server_close(&script.frames, 1001, "");
    listen_for(&script);
    start(&run, input[0], NULL, script.url);
    for (int64_t end = now() + PROCESS_WAIT; strstr(said, "open\n") == NULL && now() < end;) {
        ssize_t count = pread(fileno(run.err), said, sizeof said - 1, 0);
        said[count > 0 ? count : 0] = '\0';
        poll(NULL, 0, 2);
    }
    kill(run.pid, SIGINT);
    CHECK_EQUAL(finish(&run), 0);
    end_script(&script);
    CHECK_EQUAL(unmask_all(&script, first, payload), 1);
    CHECK_EQUAL((unsigned)(uint8_t)payload[0][0] << 8 | (uint8_t)payload[0][1], 1001);
    close(input[0]);
    close(input[1]);
}

/* Reads what has been printed on a terminal until `until` has come. */
static void read_terminal(int terminal, const char *until, char *text, size_t size) {
    struct pollfd wait = {terminal, POLLIN, 0};
    size_t len = 0;
    text[0] = '\0';
    while (len + 1 < size && strstr(text, until) == NULL && poll(&wait, 1, PROCESS_WAIT) > 0) {
        ssize_t count = read(terminal, text + len, size - 1 - len);
        if (count <= 0) {
            break;
        }
        len += (size_t)count;
        text[len] = '\0';
    }
    CHECK_FOR(strstr(text, until) != NULL, "%s", text);
}

static void a_terminal_gets_no_commands(void) {
    struct script script = {.answer = OPEN};
    struct run run = {0};
    char shown[256];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    run.out = fopen(ptsname(terminal), "r+");
    CHECK(run.out != NULL);
    if (run.out == NULL) {
        return;
    }
    wire_add_server_text(&script.frames, 0x81, "a\x1b[31m\xc2\x9b\xc3\xbc\tb");
    wire_add_server_close(&script.frames, 1000, "");
    listen_for(&script);
    int nothing = open("/dev/null", O_RDONLY);
    start(&run, nothing, (const char *const[]){"--wait", "10", NULL}, script.url);
    read_terminal(terminal, "b\r\n", shown, sizeof shown);
    CHECK_FOR(strncmp(shown, "a\\x1b[31m\\xc2\\x9b\xc3\xbc", 19) == 0, "%s", shown);
    int status;
    waitpid(run.pid, &status, 0);
    CHECK_EQUAL(status, 0);
    fclose(run.out);
    fclose(run.err);
    end_script(&script);
    close(nothing);
    close(terminal);
}

static void verbose_draws_both_directions(void) {
    struct run run;
    CHECK_EQUAL(run_client(&run, "hi\n", (const char *const[]){"--verbose", "--wait", "0", NULL},
                           echo_url()),
                0);
    static const char *const wanted[] = {"> GET / HTTP/1.1\n",
                                         "> Sec-WebSocket-Key: ",
                                         "< HTTP/1.1 101 Switching Protocols\n",
                                         "sent frame 1: text, 2 bytes of payload\n",
                                         "received frame 1: text, 2 bytes of payload\n",
                                         "  text: \"hi\"\n",
                                         "sent frame 2: close, 2 bytes of payload\n",
                                         "received frame 2: close, 2 bytes of payload\n"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CHECK_FOR(strstr(run.said, wanted[i]) != NULL, "no %s in %s", wanted[i], run.said);
    }
}

static void the_request_says_what_was_asked_for(void) {
    struct script script = {.answer = SWITCH "Sec-WebSocket-Accept: {accept}\r\n"
                                             "Sec-WebSocket-Protocol: b\r\n\r\n"};
    struct run run;
    static const char *const arguments[] = {
        "--header", "X-One: 1", "--subprotocol", "a",      "--subprotocol",
        "b",        "--origin", "http://o",      "--wait", "10",
        NULL};
    wire_add_server_close(&script.frames, 1000, "");
    CHECK_EQUAL(play(&script, &run, "", arguments), 0);
    CHECK(strstr(script.request, "\r\nX-One: 1\r\n") != NULL);
    CHECK(strstr(script.request, "\r\nSec-WebSocket-Protocol: a, b\r\n") != NULL);
    CHECK(strstr(script.request, "\r\nOrigin: http://o\r\n") != NULL);
    CHECK_FOR(strstr(run.said, "open, subprotocol b\n") != NULL, "%s", run.said);
}

static void a_bad_command_line_is_refused(void) {
    static const char *const bad[][2] = {
        {"--subprotocol=a b", "ws://127.0.0.1:1/"},
        {"--header=x", "ws://127.0.0.1:1/"},
        {"--wait=-1", "ws://127.0.0.1:1/"},
        {"--quiet", "wss://127.0.0.1:1/"},
        {"--quiet", NULL},
        {"ws://127.0.0.1:1/", "ws://127.0.0.1:1/"},
    };
    struct run run;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_EQUAL(run_client(&run, "", (const char *const[]){bad[i][0], NULL}, bad[i][1]), 2);
        CHECK_FOR(is_one_line(run.said), "%s", run.said);
    }
    CHECK_EQUAL(run_client(&run, "", (const char *const[]){"--help", NULL}, NULL), 0);
    CHECK(strstr(run.printed, "usage: step06_client ") != NULL);
    CHECK_EQUAL(run_client(&run, "", NULL, "ws://127.0.0.1:1/"), 1);
    CHECK_FOR(strstr(run.said, "cannot connect to 127.0.0.1 port 1: ") != NULL, "%s", run.said);
}

int main(void) {
    if (!process_start(&echo_server, "step05_echo", (const char *const[]){NULL})) {
        return test_report();
    }
    test_run("client: lines go and come back", lines_come_back);
    test_run("client: it reads while it writes", many_bytes_come_back);
    test_run("client: a long line is one message", a_long_line_is_one_message);
    test_run("client: a line that is not UTF-8 is not sent (5.6)", what_is_not_utf8_is_not_sent);
    test_run("client: nothing is sent before the answer is judged (4.1)",
             nothing_is_sent_before_the_answer_is_judged);
    test_run("client: binary messages are shown in hex", binary_messages_are_shown_in_hex);
    test_run("client: a refusal is shown", a_refusal_is_shown);
    test_run("client: every frame is masked with a key of its own (5.3)",
             every_frame_has_a_key_of_its_own);
    test_run("client: a rule broken by the server ends the connection",
             a_rule_broken_by_the_server_ends_it);
    test_run("client: the code of a Close is the exit status",
             the_code_of_a_close_is_the_exit_status);
    test_run("client: the server is the first to end TCP (7.1.1)",
             the_server_is_the_first_to_end_tcp);
    test_run("client: late replies are waited for", late_replies_are_waited_for);
    test_run("client: an end without a Close is an error", an_end_without_a_close_is_an_error);
    test_run("client: no wait is without a bound", a_server_that_says_nothing_is_left);
    test_run("client: pings go both ways", pings_go_both_ways);
    test_run("client: ^C says goodbye with 1001", interrupt_says_goodbye);
    test_run("client: a terminal gets no commands", a_terminal_gets_no_commands);
    test_run("client: --verbose draws both directions", verbose_draws_both_directions);
    test_run("client: the request says what was asked for", the_request_says_what_was_asked_for);
    test_run("client: a bad command line is refused", a_bad_command_line_is_refused);
    CHECK_EQUAL(process_stop(&echo_server), 0);
    return test_report();
}
