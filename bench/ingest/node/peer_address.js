// The address comes from the variables that our services read.
"use strict";

function address() {
  const { RABBITMQ_HOST, RABBITMQ_PORT, RABBITMQ_USER, RABBITMQ_PASSWORD, RABBITMQ_VHOST } =
    process.env;
  return {
    hostname: RABBITMQ_HOST,
    port: +RABBITMQ_PORT,
    username: RABBITMQ_USER,
    password: RABBITMQ_PASSWORD,
    vhost: RABBITMQ_VHOST,
  };
}

const nowNs = () => process.hrtime.bigint();

module.exports = { address, nowNs };
