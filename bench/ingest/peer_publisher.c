/*
 * Publishes one event a message, confirmed, persistent, with at most WINDOW unconfirmed:
 *
 *     peer_publisher EXCHANGE WINDOW SECONDS RATE
 *
 * RATE 0 is as fast as it goes; else it is an open loop: RATE events a second from a fixed clock
 * of 1 ms slots, none skipped, each message with an id of its own (a UUIDv7). Waits for a line on
 * stdin, which may hold the nanosecond at which to begin, and ends with one line of JSON. Times
 * are CLOCK_MONOTONIC.
 */
#include "peer_link.h"

#include <errno.h>
#include <poll.h>
#include <sys/random.h>

enum { SLOT_NS = 1000000, LATE_NS = 10000000, POLL_EVERY = 32, CLIENTS = 50, TYPES = 5 };
enum { MOST_IN_FLIGHT = 1 << 16 };

static const char *const types[TYPES] = {"compra", "clic", "visita", "registro", "abandono"};
static amqp_connection_state_t link_;
static amqp_bytes_t exchange;
static int64_t published, confirmed, late, worst;
static int identified;

/* Confirms come one by one or for all up to a tag, in any order: *confirmed* is the last tag of
 * those without a gap. A refusal ends the measurement. */
static void take(const amqp_frame_t *frame)
{
    static uint8_t early[MOST_IN_FLIGHT];
    if (frame->frame_type != AMQP_FRAME_METHOD) return;
    if (frame->payload.method.id != AMQP_BASIC_ACK_METHOD)
        fail("publish", amqp_method_name(frame->payload.method.id));
    const amqp_basic_ack_t *ack = frame->payload.method.decoded;
    int64_t tag = (int64_t)ack->delivery_tag;
    if (ack->multiple) while (confirmed < tag) early[++confirmed % MOST_IN_FLIGHT] = 0;
    else early[tag % MOST_IN_FLIGHT] = 1;
    while (early[(confirmed + 1) % MOST_IN_FLIGHT]) early[++confirmed % MOST_IN_FLIGHT] = 0;
}

/* Read the confirms that are there, or wait up to *patience_ns* for the first. */
static void read_confirms(int64_t patience_ns)
{
    struct timeval patience = {patience_ns / 1000000000, patience_ns % 1000000000 / 1000};
    amqp_frame_t frame;
    for (;;) {
        int status = amqp_simple_wait_frame_noblock(link_, &frame, &patience);
        if (status == AMQP_STATUS_TIMEOUT) break;
        if (status != AMQP_STATUS_OK) fail("confirms", amqp_error_string2(status));
        take(&frame);
        patience = (struct timeval){0, 0};
    }
    amqp_maybe_release_buffers(link_);
}

static void new_id(char id[37])
{
    static uint32_t count;
    static uint64_t salt;
    struct timespec t;
    if (!salt && getrandom(&salt, sizeof salt, 0) < 0) fail("getrandom", strerror(errno));
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t ms = t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
    count++;
    snprintf(id, 37, "%08x-%04x-7%03x-%04x-%04x%08x", (unsigned)(ms >> 16), (unsigned)(ms & 0xffff),
             count >> 14 & 0xfff, 0x8000 | (count & 0x3fff), (unsigned)(salt >> 32 & 0xffff),
             (unsigned)salt);
}

static void publish(const char *timestamp)
{
    char body[128], id[37];
    int size = snprintf(body, sizeof body,
                        "{\"cliente\":\"cliente_%d\",\"evento\":\"%s\",\"timestamp\":\"%s\"}",
                        (int)(published % CLIENTS), types[published / CLIENTS % TYPES], timestamp);
    amqp_basic_properties_t properties = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
                                          .delivery_mode = AMQP_DELIVERY_PERSISTENT};
    if (identified) {
        new_id(id);
        properties._flags |= AMQP_BASIC_MESSAGE_ID_FLAG;
        properties.message_id = (amqp_bytes_t){36, id};
    }
    int status = amqp_basic_publish(link_, CHANNEL, exchange, amqp_empty_bytes, 0, 0, &properties,
                                    (amqp_bytes_t){size, body});
    if (status != AMQP_STATUS_OK) fail("publish", amqp_error_string2(status));
    published++;
}

static void publish_within(int64_t window, const char *timestamp)
{
    while (published - confirmed >= window) read_confirms(1000000000);
    publish(timestamp);
    if (published % POLL_EVERY == 0) read_confirms(0);
}

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void stamp_now(char *timestamp)
{
    struct timespec t;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &t);
    size_t size = strftime(timestamp, 32, "%FT%T", gmtime_r(&t.tv_sec, &utc));
    snprintf(timestamp + size, 32 - size, ".%03ldZ", t.tv_nsec / 1000000);
}

/* We are ready; whoever started us says when to begin, or just to. */
static int64_t wait_for_go(void)
{
    char line[32];
    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) exit(0);
    int64_t start = atoll(line);
    return start ? start : now_ns() + 20 * SLOT_NS;
}

static void as_fast_as_it_goes(int64_t window, int64_t end)
{
    char timestamp[32];
    while (now_ns() < end) {
        stamp_now(timestamp);
        for (int i = 0; i < POLL_EVERY; i++) publish_within(window, timestamp);
    }
}

/* Read confirms until *due*: waiting on the socket and on the clock is one thing. */
static void wait_until(int64_t due)
{
    for (int64_t left = due - now_ns(); left > 0; left = due - now_ns()) {
        struct pollfd socket = {.fd = amqp_get_sockfd(link_), .events = POLLIN};
        struct timespec patience = {0, left};
        if (ppoll(&socket, 1, &patience, NULL) > 0) read_confirms(0);
    }
}

static void at_a_fixed_rate(int64_t window, int64_t start, int64_t slots, int per_slot)
{
    char timestamp[32];
    for (int64_t slot = 0; slot < slots; slot++) {
        int64_t due = start + slot * SLOT_NS;
        wait_until(due);
        int64_t behind = now_ns() - due;
        if (behind > LATE_NS) late += per_slot;
        if (behind > worst) worst = behind;
        stamp_now(timestamp);
        for (int i = 0; i < per_slot; i++) publish_within(window, timestamp);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) fail("usage", "peer_publisher EXCHANGE WINDOW SECONDS RATE");
    int64_t window = atoll(argv[2]), seconds = atoll(argv[3]), rate = atoll(argv[4]);
    exchange = amqp_cstring_bytes(argv[1]);
    identified = rate > 0;
    if (window < 1 || window >= MOST_IN_FLIGHT) fail("WINDOW", "must be within 1 and 65535");
    link_ = link_open();
    amqp_confirm_select(link_, CHANNEL);
    expect(amqp_get_rpc_reply(link_), "confirm.select");
    int64_t start = wait_for_go(), cpu = cpu_ns();
    if (rate) at_a_fixed_rate(window, start, seconds * 1000, (int)(rate / 1000));
    else as_fast_as_it_goes(window, start + seconds * 1000000000);
    while (confirmed < published) read_confirms(1000000000);
    printf("{\"start_ns\": %" PRId64 ", \"end_ns\": %" PRId64 ", \"cpu_ns\": %" PRId64
           ", \"published\": %" PRId64 ", \"confirmed\": %" PRId64 ", \"late\": %" PRId64
           ", \"worst_late_ns\": %" PRId64 "}\n",
           start, now_ns(), cpu_ns() - cpu, published, confirmed, late, worst);
    return 0;
}
