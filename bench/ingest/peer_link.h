/* What the C publisher and the C consumer share: one connection, one channel, one clock. */
#ifndef PEER_LINK_H
#define PEER_LINK_H
#define _GNU_SOURCE
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHANNEL = 1, HEARTBEAT = 0, FRAME_MAX = 131072 };

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void expect(amqp_rpc_reply_t reply, const char *what)
{
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    fail(what, reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
                   ? amqp_error_string2(reply.library_error) : "refused by the broker");
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The address comes from the variables that our services read. */
static const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (!value) fail(name, "is not set");
    return value;
}

static amqp_connection_state_t link_open(void)
{
    amqp_connection_state_t link = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(link);
    if (!socket || amqp_socket_open(socket, setting("RABBITMQ_HOST"), atoi(setting("RABBITMQ_PORT"))))
        fail("connect", "no broker there");
    expect(amqp_login(link, setting("RABBITMQ_VHOST"), 0, FRAME_MAX, HEARTBEAT,
                      AMQP_SASL_METHOD_PLAIN, setting("RABBITMQ_USER"),
                      setting("RABBITMQ_PASSWORD")), "login");
    amqp_channel_open(link, CHANNEL);
    expect(amqp_get_rpc_reply(link), "channel");
    return link;
}
#endif
