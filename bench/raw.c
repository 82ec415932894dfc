#include "bench/raw.h"
#include "common/options.h"
#include "common/process.h"
#include "step04_frames/mask_fast.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 1024, DESCRIPTORS = 20000 };

static bool masks;

static int listen_on(uint64_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return -1;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

int raw_listen(int argc, char **argv, const char *name, int *listener) {
    uint64_t port = 8000;
    struct options options;
    process_init();
    process_allow_descriptors(DESCRIPTORS);
    options_init(&options, name, "A raw TCP echo, to measure a server by.");
    options_add_number(&options, "--port", "PORT", &port, 0, 65535,
                       "port to listen on; 0 picks a free one");
    options_add_flag(&options, "--mask", &masks, "mask all bytes, with zeros for a key");
    int status = options_parse(&options, argc, argv);
    if (status != OPTIONS_GO_ON) {
        return status;
    }
    *listener = listen_on(&port);
    if (*listener < 0) {
        fprintf(stderr, "%s: cannot listen: %s\n", name, strerror(errno));
        return EXIT_FAILURE;
    }
    printf("listening on tcp://127.0.0.1:%" PRIu64 "\n", port);
    fflush(stdout);
    return OPTIONS_GO_ON;
}

bool raw_answer(int fd, uint8_t buffer[RAW_BUFFER_SIZE]) {
    ssize_t count = read(fd, buffer, RAW_BUFFER_SIZE);
    if (masks && count > 0) {
        mask_fast(buffer, buffer, (size_t)count, (const uint8_t[4]){0}, 0);
    }
    for (ssize_t done = 0, sent; done < count; done += sent) {
        sent = write(fd, buffer + done, (size_t)(count - done));
        if (sent < 0) {
            count = -1;
        }
    }
    if (count <= 0) {
        close(fd);
    }
    return count > 0;
}
