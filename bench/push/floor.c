/*
 * The floor: what pushing costs when nothing but the kernel does any work.
 *
 *     floor PORT
 *
 * Gives every viewer each line of stdin as a text frame (its first byte, the kind, left away): one
 * prebuilt frame, one send() a socket. A handshake is read as one piece and answered with the
 * answer to the sample key of RFC 6455, which is the only one that the receiver sends. A viewer
 * whose socket is full loses the frame; one that got a part of it is cut.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MAX_FD = 1 << 16, MAX_PAYLOAD = 65535, BACKLOG = 4096 };

static const char ANSWER[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char KEY[] = "dGhlIHNhbXBsZSBub25jZQ==";

static char open_fd[MAX_FD], line[1 + MAX_PAYLOAD + 1], frame[4 + MAX_PAYLOAD];
static size_t line_size;
static int epoll, listener, highest;

static void die(const char *what) { perror(what); exit(1); }

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static void drop(int fd) { open_fd[fd] = 0; close(fd); }

static void push(const char *payload, size_t size)
{
    size_t header = size < 126 ? 2 : 4;
    frame[0] = (char)0x81;
    frame[1] = size < 126 ? size : 126;
    if (header == 4) { frame[2] = size >> 8; frame[3] = size & 255; }
    memcpy(frame + header, payload, size);
    size += header;
    for (int fd = 0; fd <= highest; fd++) {
        if (!open_fd[fd]) continue;
        ssize_t sent = send(fd, frame, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0 && (size_t)sent < size) drop(fd);
    }
}

static void read_lines(void)
{
    ssize_t got = read(0, line + line_size, sizeof line - line_size);
    if (got <= 0) exit(0);
    line_size += got;
    char *end;
    while ((end = memchr(line, '\n', line_size))) {
        push(line + 1, end - line - 1);
        line_size -= end + 1 - line;
        memmove(line, end + 1, line_size);
    }
}

static void accept_all(void)
{
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FD) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (fd > highest) highest = fd;
        watch(fd);
    }
}

static void hear(int fd)
{
    static char heard[4097];
    ssize_t got = recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT);
    if (got <= 0) { drop(fd); return; }
    heard[got] = 0;
    if (open_fd[fd]) return;
    if (!strstr(heard, KEY)) { drop(fd); return; }
    send(fd, ANSWER, sizeof ANSWER - 1, MSG_NOSIGNAL);
    open_fd[fd] = 1;
}

int main(int argc, char **argv)
{
    if (argc != 2) { fprintf(stderr, "usage: floor PORT\n"); return 2; }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(listener, (void *)&here, sizeof here) || listen(listener, BACKLOG)) die("listen");
    if ((epoll = epoll_create1(0)) < 0) die("epoll_create1");
    watch(0);
    watch(listener);
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == 0) read_lines();
            else if (fd == listener) accept_all();
            else hear(fd);
        }
    }
}
