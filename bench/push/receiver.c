/*
 * Many viewers in one process: as cheap as one can be made, so that it is not what is measured.
 *
 *     receiver PORT PATH HOST
 *
 * reads commands from stdin, one a line, and answers each with one line of JSON:
 *     connect COUNT IN_FLIGHT      open COUNT viewers; at most IN_FLIGHT handshakes at a time
 *     stall COUNT                  open COUNT viewers that never read after their handshake
 *     measure FROM TO FRAMES       take the frames whose stamp is within; done at FRAMES of them,
 *                                  or 2 s after TO
 * It ends at the end of stdin. A frame's stamp is the number after "version": when it was due, in
 * microseconds of CLOCK_MONOTONIC. Its latency ends when its last byte has been read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_VIEWERS = 16384, HEAD = 128, BUFFER = 1 << 16, PER_ADDRESS = 4000 };
enum { PATIENCE_US = 2000000, CONNECT_WITHIN_US = 20000000, TINY_WINDOW = 4096 };
enum { TEXT = 1, CLOSE = 8, PING = 9 };

struct viewer {
    int fd;
    bool connecting, open, stalled;
    uint8_t matched;                     /* bytes of the \r\n\r\n that ends the handshake */
    uint8_t header[10], header_got;      /* of the frame that is being read */
    uint32_t left, head_got;             /* of its payload */
    char head[HEAD];
};

static struct viewer viewers[MAX_VIEWERS];
static int count, target, in_flight, limit, opened, refused, lost, epoll;
static bool stalling;
static char request[1024], buffer[BUFFER];
static struct sockaddr_in server = {.sin_family = AF_INET};

static int64_t started, first_stamp, last_stamp;
static uint32_t *latencies, taken, wanted;
static int64_t cpu_before;

static void die(const char *what) { perror(what); exit(1); }

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void watch(struct viewer *v, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = v};
    if (epoll_ctl(epoll, how, v->fd, &event)) die("epoll_ctl");
}

static void drop(struct viewer *v)
{
    if (!v->open) { in_flight--; refused++; } else lost++;
    close(v->fd);
    v->fd = -1;
}

static void ask(struct viewer *v)
{
    size_t size = strlen(request);
    if (send(v->fd, request, size, MSG_NOSIGNAL) != (ssize_t)size) drop(v);
    else { v->connecting = false; watch(v, EPOLL_CTL_MOD, EPOLLIN); }
}

/* A port belongs to an address: many viewers need several of 127.0.0.0/8. */
static void connect_next(void)
{
    struct viewer *v = &viewers[count];
    struct sockaddr_in source = {.sin_family = AF_INET};
    int yes = 1, tiny = TINY_WINDOW;
    *v = (struct viewer){.connecting = true, .stalled = stalling};
    if ((v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) < 0) die("socket");
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + count / PER_ADDRESS);
    setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (stalling) setsockopt(v->fd, SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny);
    if (bind(v->fd, (void *)&source, sizeof source)) die("bind");
    count++;
    in_flight++;
    watch(v, EPOLL_CTL_ADD, EPOLLOUT);
    if (connect(v->fd, (void *)&server, sizeof server) && errno != EINPROGRESS) drop(v);
}

static void take(const struct viewer *v, int64_t now)
{
    const char *found = memmem(v->head, v->head_got, "\"version\":", 10);
    if (!found || !wanted || taken == wanted) return;
    int64_t stamp = strtoll(found + 10, NULL, 10);
    if (stamp >= first_stamp && stamp <= last_stamp) latencies[taken++] = now - stamp;
}

static void pong(struct viewer *v)
{
    char frame[6 + HEAD] = {(char)0x8a, (char)(0x80 | v->head_got)}; /* the mask is 0 */
    memcpy(frame + 6, v->head, v->head_got);
    if (send(v->fd, frame, 6 + v->head_got, MSG_NOSIGNAL) < 0) die("pong");
}

/* Return how many bytes a header has, as far as it is known from its first two. */
static int header_size(const struct viewer *v)
{
    int length = v->header_got < 2 ? 0 : v->header[1] & 127;
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

static void header_read(struct viewer *v)
{
    if (v->header[0] & 0x70) { fprintf(stderr, "a compressed frame\n"); exit(1); }
    v->left = v->header[1] & 127;
    if (v->left == 126) v->left = v->header[2] << 8 | v->header[3];
    else if (v->left == 127) v->left = v->header[7] << 16 | v->header[8] << 8 | v->header[9];
    v->head_got = 0;
}

static void frame_read(struct viewer *v, int64_t now)
{
    int opcode = v->header[0] & 15;
    if (opcode == TEXT) take(v, now);
    else if (opcode == PING) pong(v);
    v->header_got = 0;
}

static void frames(struct viewer *v, const char *data, size_t size, int64_t now)
{
    while (size) {
        if (v->header_got < header_size(v)) {
            v->header[v->header_got++] = *data++;
            size--;
            if (v->header_got < 2 || v->header_got < header_size(v)) continue;
            header_read(v);
        }
        uint32_t some = v->left < size ? v->left : size, room = HEAD - v->head_got;
        memcpy(v->head + v->head_got, data, some < room ? some : room);
        v->head_got += some < room ? some : room;
        v->left -= some;
        data += some;
        size -= some;
        if (!v->left) frame_read(v, now);
    }
}

/* Return how many bytes of *data* belong to the answer to the handshake. */
static size_t handshake(struct viewer *v, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        v->matched = data[i] == "\r\n\r\n"[v->matched] ? v->matched + 1 : data[i] == '\r';
        if (v->matched < 4) continue;
        v->open = true;
        in_flight--;
        opened++;
        if (v->stalled) watch(v, EPOLL_CTL_DEL, 0);
        return i + 1;
    }
    return size;
}

static void readable(struct viewer *v)
{
    ssize_t size = recv(v->fd, buffer, v->stalled ? 512 : sizeof buffer, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) { drop(v); return; }
    size_t used = 0;
    if (!v->open) {
        if (!v->matched && size >= 12 && !memcmp(buffer, "HTTP/1.1", 8) &&
            memcmp(buffer + 9, "101", 3)) { drop(v); return; }
        used = handshake(v, buffer, size);
    }
    if (!v->stalled) frames(v, buffer + used, size - used, now_us());
}

static int by_value(const void *a, const void *b)
{
    return (*(uint32_t *)a > *(uint32_t *)b) - (*(uint32_t *)a < *(uint32_t *)b);
}

static void say_measured(void)
{
    int64_t wall = now_us() - started, cpu = cpu_us() - cpu_before;
    qsort(latencies, taken, sizeof *latencies, by_value);
    uint32_t at50 = taken ? latencies[taken / 2] : 0, at99 = taken ? latencies[taken * 99LL / 100] : 0;
    printf("{\"frames\": %u, \"wanted\": %u, \"p50\": %u, \"p99\": %u, \"max\": %u, \"cpu\": %ld, "
           "\"wall\": %ld, \"lost\": %d}\n", taken, wanted, at50, at99,
           taken ? latencies[taken - 1] : 0, (long)cpu, (long)wall, lost);
    free(latencies);
    wanted = 0;
}

static void say_connected(void)
{
    printf("{\"opened\": %d, \"refused\": %d, \"us\": %ld}\n", opened, refused,
           (long)(now_us() - started));
    target = 0;
}

static void obey(const char *line)
{
    long a, b, c;
    started = now_us();
    if (sscanf(line, "connect %ld %ld", &a, &b) == 2 || sscanf(line, "stall %ld", &a) == 1) {
        stalling = *line == 's';
        limit = stalling ? a : b;
        opened = refused = 0;
        target = count + a;
        if (target > MAX_VIEWERS) { fprintf(stderr, "too many viewers\n"); exit(1); }
    } else if (sscanf(line, "measure %ld %ld %ld", &a, &b, &c) == 3) {
        first_stamp = a, last_stamp = b, wanted = c, taken = 0;
        if (!(latencies = malloc(c * sizeof *latencies))) die("malloc");
        cpu_before = cpu_us();
    } else { fprintf(stderr, "not a command: %s\n", line); exit(1); }
}

static void read_command(void)
{
    static char line[256];
    static size_t got;
    ssize_t size = read(0, line + got, sizeof line - 1 - got);
    if (size <= 0) exit(0);
    got += size;
    line[got] = 0;
    if (!strchr(line, '\n')) return;
    got = 0;
    obey(line);
}

static void turn(void)
{
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, 10);
    for (int i = 0; i < n; i++) {
        struct viewer *v = events[i].data.ptr;
        if (!v) read_command();
        else if (v->fd >= 0) { if (v->connecting) ask(v); else readable(v); }
    }
    while (target && count < target && in_flight < limit) connect_next();
    bool over = now_us() - started > CONNECT_WITHIN_US;
    if (target && count == target && (!in_flight || over)) say_connected();
    if (wanted && (taken == wanted || now_us() > last_stamp + PATIENCE_US)) say_measured();
}

int main(int argc, char **argv)
{
    if (argc != 4) { fprintf(stderr, "usage: receiver PORT PATH HOST\n"); return 2; }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    server.sin_port = htons(atoi(argv[1]));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
             "Origin: http://%s\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
             "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\nPragma: no-cache\r\n"
             "Cache-Control: no-cache\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
             "Accept-Language: es-ES,es;q=0.9,en;q=0.8\r\n\r\n", argv[2], argv[3], argv[3]);
    if ((epoll = epoll_create1(0)) < 0) die("epoll_create1");
    struct epoll_event commands = {.events = EPOLLIN};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &commands)) die("stdin");
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (;;) turn();
}
