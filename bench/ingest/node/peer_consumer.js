// Counts messages and acknowledges ACK_EVERY of them at once, or what is there after 5 ms:
//     node peer_consumer.js QUEUE PREFETCH ACK_EVERY
// Prints `ready`, then the monotonic clock in ns and the count of acknowledged messages, 10 times
// a second, until stdin ends.
"use strict";
const amqp = require("amqplib");
const { address, nowNs } = require("./peer_address");

const [queue, prefetch, ackEvery] = [process.argv[2], +process.argv[3], +process.argv[4]];

async function main() {
  const connection = await amqp.connect(address());
  const channel = await connection.createChannel();
  await channel.prefetch(prefetch);
  let count = 0;
  let acknowledged = 0;
  let newest = null;
  const acknowledge = () => {
    if (acknowledged === count) return;
    channel.ack(newest, true);
    acknowledged = count;
  };
  await channel.consume(queue, (message) => {
    newest = message;
    count++;
    if (count - acknowledged >= ackEvery) acknowledge();
  });
  const tell = () => process.stdout.write(`${nowNs()} ${acknowledged}\n`);
  process.stdout.write("ready\n");
  setInterval(acknowledge, 5);
  setInterval(tell, 100);
  process.stdin.resume();
  process.stdin.once("end", () => {
    acknowledge();
    tell();
    process.exit(0);
  });
}

main();
