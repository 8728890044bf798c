// A client of Pulso, written from contracts/openapi.json and contracts/asyncapi.json alone.
//     node pulso.mjs send|report|watch [http://127.0.0.1:8080]
// Node 22 or later; a page may import { report, watch }. A page of another origin must be listed
// in PANEL_ORIGENES, and no page may send.

const LOST = { least: 0, first: 0, base: 0.5, longest: 30 };
const WAITS = {
  1012: { least: 0, first: 1, base: 0.5, longest: 30 },
  1013: { least: 5, first: 5, base: 5, longest: 60 },
  4008: { least: 1, first: 4, base: 4, longest: 4 },
};
const FINAL_CODES = [1002, 1007, 1008, 1009];
const DEAD_AFTER = 12; // seconds of silence

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Seconds: `least` and a random part of `first`, later of `base` that doubles up to `longest`. */
function secondsUntilNext({ least, first, base, longest }, failures) {
  return least + Math.random() * (failures === 0 ? first : Math.min(longest, base * 2 ** failures));
}

/** Resolves with the receipt once the events are safe; rejects when they may be lost. */
export async function send(origin, events) {
  const key = crypto.randomUUID(); // one for all attempts: however often they arrive, they count once
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  const request = { method: "POST", headers, body: JSON.stringify(events) };
  for (let attempt = 0; ; attempt++) {
    let final = attempt === 29; // two minutes in all, more or less
    let why;
    try {
      const answer = await fetch(`${origin}/eventos`, { ...request, signal: AbortSignal.timeout(20_000) });
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text);
      why = `HTTP ${answer.status}: ${text}`;
      final ||= isFinal(answer);
    } catch (error) {
      why = `${error.cause ?? error}`;
    }
    if (final) throw new Error(why);
    console.error(`${why}; trying again`);
    await pause(Math.random() * Math.min(10, 0.1 * 2 ** attempt));
  }
}

/** Whether it would be refused again. A 404 may be that of a proxy that is only starting. */
function isFinal({ status, headers }) {
  if (status < 400 || status >= 500 || status === 408 || status === 429) return false;
  return status !== 404 || headers.get("Content-Type") === "application/problem+json";
}

export async function report(origin) {
  const answer = await fetch(`${origin}/reporte`, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}

/** Calls `show` with the counts at each change, through any number of connections; rejects with the reason. */
export async function watch(origin, show) {
  for (let failures = 0; ; failures++) {
    const code = await connection(`${origin.replace(/^http/, "ws")}/panel/ws`, (state) => {
      failures = 0;
      show(state);
    });
    if (FINAL_CODES.includes(code)) throw new Error(`the panel closed with ${code}`);
    await pause(secondsUntilNext(WAITS[code] ?? LOST, failures));
  }
}

/** One connection, until it ends: resolves with the close code, 1006 where there is none. */
function connection(url, show) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    let state = null;
    let silence;
    const end = (code) => {
      clearTimeout(silence);
      socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
      resolve(code);
    };
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(end, DEAD_AFTER * 1000, 1006);
    };
    heard();
    socket.onclose = ({ code }) => end(code);
    socket.onerror = () => end(1006); // a browser and Node 20 tell no more of a refused handshake
    socket.onmessage = ({ data }) => {
      heard();
      const message = JSON.parse(data);
      if (message.tipo === "cambio") {
        if (state?.epoca !== message.epoca || state.version !== message.previa) return end(1006); // a gap
        const merged = Object.entries({ ...state.clientes, ...message.clientes });
        message.clientes = Object.fromEntries(merged.filter(([, count]) => count !== null));
      } else if (message.tipo !== "instantanea") return;
      state = message;
      show({ total: state.total, clientes: state.clientes });
    };
  });
}

if (globalThis.process?.argv[1]?.endsWith("pulso.mjs")) {
  const [verb, origin = "http://127.0.0.1:8080"] = process.argv.slice(2);
  const print = (value) => console.log(JSON.stringify(value));
  if (verb === "watch") await watch(origin, print);
  else print(verb === "report" ? await report(origin) : await send(origin, [{ cliente: "ejemplo" }]));
}
