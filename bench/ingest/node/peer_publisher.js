// Publishes one event a message, confirmed, persistent, with at most WINDOW unconfirmed:
//     node peer_publisher.js EXCHANGE WINDOW SECONDS
// Waits for a line on stdin to begin and ends with one line of JSON, times in ns of the monotonic clock.
"use strict";
const amqp = require("amqplib");
const { address, nowNs } = require("./peer_address");

const TYPES = ["compra", "clic", "visita", "registro", "abandono"];
const CLIENTS = 50;
const [exchange, window, seconds] = [process.argv[2], +process.argv[3], +process.argv[4]];

let published = 0;
let confirmed = 0;

function body() {
  const cliente = `cliente_${published % CLIENTS}`;
  const evento = TYPES[Math.floor(published / CLIENTS) % TYPES.length];
  return Buffer.from(JSON.stringify({ cliente, evento, timestamp: new Date().toISOString() }));
}

function publishAll(channel, end) {
  return new Promise((done, failed) => {
    const onConfirm = (error) => {
      if (error) return failed(error);
      confirmed++;
      fill();
    };
    const fill = () => {
      const over = nowNs() >= end;
      while (!over && published - confirmed < window) {
        channel.publish(exchange, "", body(), { persistent: true }, onConfirm);
        published++;
      }
      if (over && published === confirmed) done();
    };
    fill();
  });
}

async function main() {
  const connection = await amqp.connect(address());
  const channel = await connection.createConfirmChannel();
  process.stdout.write("ready\n");
  await new Promise((go) => process.stdin.once("data", go));
  const start = nowNs();
  const cpu = process.cpuUsage();
  await publishAll(channel, start + BigInt(seconds) * 1_000_000_000n);
  const { user, system } = process.cpuUsage(cpu);
  const figures = {
    start_ns: Number(start),
    end_ns: Number(nowNs()),
    cpu_ns: 1000 * (user + system),
    published,
    confirmed,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  process.exit(0);
}

main();
