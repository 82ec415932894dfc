#include "bench/load_client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The key, and the answer that the server must give to it, are the example of RFC 6455, 1.3. */
const char load_client_request[] = "GET / HTTP/1.1\r\n"
                                   "Host: 127.0.0.1\r\n"
                                   "Upgrade: websocket\r\n"
                                   "Connection: Upgrade\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                   "Sec-WebSocket-Version: 13\r\n"
                                   "\r\n";

void load_clients_error(struct load_clients *clients, const char *format, ...) {
    if (clients->errors++ == 0) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(clients->first_error, sizeof clients->first_error, format, arguments);
        va_end(arguments);
    }
}

bool load_client_response_is_good(const char *head) {
    return strncmp(head, "HTTP/1.1 101", 12) == 0 &&
           strstr(head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != NULL;
}

static int prepare(const struct load_clients *clients, int fd, unsigned from) {
    int on = 1;
    struct timeval limit = {(time_t)(clients->timeout / 1000),
                            (suseconds_t)(clients->timeout % 1000 * 1000)};
    struct sockaddr_in self = {.sin_family = AF_INET};
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK + from % 250);
#ifdef IP_BIND_ADDRESS_NO_PORT
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
#endif
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return bind(fd, (struct sockaddr *)&self, sizeof self);
}

int load_client_connect(struct load_clients *clients, struct load_client *client, unsigned from) {
    memset(client, 0, sizeof *client);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0 || prepare(clients, client->fd, from) != 0 ||
        connect(client->fd, (const struct sockaddr *)&clients->address, sizeof clients->address) !=
            0) {
        load_clients_error(clients, "cannot connect: %s", strerror(errno));
        load_client_close(client);
        return -1;
    }
    return 0;
}

/* Reads the response, and the beginning of a reply that may follow directly. */
static int read_response(struct load_clients *clients, struct load_client *client) {
    char head[4096];
    size_t length = 0;
    while (length < sizeof head - 1) {
        ssize_t count = recv(client->fd, head + length, sizeof head - 1 - length, 0);
        if (count <= 0) {
            break;
        }
        length += (size_t)count;
        head[length] = '\0';
        char *end = strstr(head, "\r\n\r\n");
        if (end != NULL && !load_client_response_is_good(head)) {
            break;
        }
        if (end != NULL) {
            size_t size = (size_t)(end + 4 - head);
            return load_client_take(clients, client, (uint8_t *)head + size, length - size);
        }
    }
    load_clients_error(clients, "the opening handshake failed");
    load_client_close(client);
    return -1;
}

int load_client_upgrade(struct load_clients *clients, struct load_client *client, unsigned from) {
    if (load_client_connect(clients, client, from) != 0) {
        return -1;
    }
    if (clients->raw) {
        return 0;
    }
    if (send(client->fd, load_client_request, sizeof load_client_request - 1, MSG_NOSIGNAL) < 0) {
        load_clients_error(clients, "cannot send: %s", strerror(errno));
        load_client_close(client);
        return -1;
    }
    return read_response(clients, client);
}

const char *load_client_problem(int problem) {
    return problem == EAGAIN || problem == EWOULDBLOCK ? "nothing comes" : strerror(problem);
}

void load_client_close(struct load_client *client) {
    if (client->fd >= 0) {
        close(client->fd);
    }
    client->fd = -1;
}

int load_client_send(struct load_clients *clients, struct load_client *client) {
    while (client->sent < client->allowed) {
        size_t size;
        const uint8_t *bytes = prepared_messages_next(&clients->prepared, client->sent, &size);
        if (size > client->allowed - client->sent) {
            size = (size_t)(client->allowed - client->sent);
        }
        ssize_t count = send(client->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
                return 0;
            }
            load_clients_error(clients, "cannot send: %s", strerror(errno));
            load_client_close(client);
            return -1;
        }
        client->sent += (uint64_t)count;
    }
    return 1;
}

int load_client_receive(struct load_clients *clients, struct load_client *client, uint8_t *buffer,
                        size_t size, int flags) {
    ssize_t count = recv(client->fd, buffer, size, flags);
    if (count > 0) {
        return load_client_take(clients, client, buffer, (size_t)count);
    }
    if (count < 0 && flags != 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return 0;
    }
    load_clients_error(clients, "no more replies: %s",
                       count == 0 ? "the server closed the connection"
                                  : load_client_problem(errno));
    load_client_close(client);
    return -1;
}
