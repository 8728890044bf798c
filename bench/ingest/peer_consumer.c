/*
 * Counts messages and acknowledges ACK_EVERY of them at once, or what is there after 5 ms:
 *
 *     peer_consumer QUEUE PREFETCH ACK_EVERY
 *
 * Prints `ready`, then CLOCK_MONOTONIC in ns and the count of acknowledged messages, 10 times a
 * second, until stdin ends.
 */
#include "peer_link.h"

#include <poll.h>

enum { TELL_NS = 100000000, FLUSH_US = 5000, LOOK_EVERY = 1000 };

static amqp_connection_state_t link_;
static int64_t count, acknowledged;
static uint64_t newest;

static void acknowledge(void)
{
    if (acknowledged == count) return;
    int status = amqp_basic_ack(link_, CHANNEL, newest, 1);
    if (status != AMQP_STATUS_OK) fail("ack", amqp_error_string2(status));
    acknowledged = count;
}

static void receive(void)
{
    amqp_envelope_t envelope;
    struct timeval patience = {0, FLUSH_US};
    amqp_maybe_release_buffers(link_);
    amqp_rpc_reply_t reply = amqp_consume_message(link_, &envelope, &patience, 0);
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
        reply.library_error == AMQP_STATUS_TIMEOUT) {
        acknowledge();
        return;
    }
    expect(reply, "consume");
    newest = envelope.delivery_tag;
    count++;
    amqp_destroy_envelope(&envelope);
}

static void tell(void)
{
    static int64_t due;
    int64_t now = now_ns();
    if (now < due) return;
    due = now + TELL_NS;
    printf("%" PRId64 " %" PRId64 "\n", now, acknowledged);
}

static int told_to_end(void)
{
    struct pollfd input = {.fd = 0, .events = POLLIN};
    return poll(&input, 1, 0) > 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) fail("usage", "peer_consumer QUEUE PREFETCH ACK_EVERY");
    int prefetch = atoi(argv[2]), every = atoi(argv[3]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    link_ = link_open();
    amqp_basic_qos(link_, CHANNEL, 0, prefetch, 0);
    expect(amqp_get_rpc_reply(link_), "qos");
    amqp_basic_consume(link_, CHANNEL, amqp_cstring_bytes(argv[1]), amqp_empty_bytes, 0, 0, 0,
                       amqp_empty_table);
    expect(amqp_get_rpc_reply(link_), "consume");
    puts("ready");
    for (int64_t turn = 0;; turn++) {
        receive();
        if (count - acknowledged >= every) acknowledge();
        tell();
        if ((turn % LOOK_EVERY == 0 || acknowledged == count) && told_to_end()) break;
    }
    acknowledge();
    printf("%" PRId64 " %" PRId64 "\n", now_ns(), acknowledged);
    return 0;
}
