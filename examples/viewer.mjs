// Watches the panel from Node: node viewer.mjs [ws://127.0.0.1:8080/panel/ws]
// Node 22 or later; Node 20.10 with --experimental-websocket. Messages: docs/websocket.md.
const url = process.argv[2] ?? "ws://127.0.0.1:8080/panel/ws";
let failures = 0;

function watch() {
  const socket = new WebSocket(url);
  let state = null;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.tipo === "cambio") {
      if (state?.epoca !== message.epoca || state.version !== message.previa) return socket.close();
      const merged = Object.entries({ ...state.clientes, ...message.clientes });
      message.clientes = Object.fromEntries(merged.filter(([, count]) => count !== null));
    } else if (message.tipo !== "instantanea") return;
    state = message;
    failures = 0;
    console.log(state.total, JSON.stringify(state.clientes));
  };
  // A random part of a growing interval: all viewers of a panel lose it at the same moment.
  // Node 20 tells of a refused connection by onerror alone, later ones by both.
  const again = () => {
    socket.onclose = socket.onerror = null;
    setTimeout(watch, Math.random() * Math.min(30_000, 500 * 2 ** failures++));
  };
  socket.onclose = socket.onerror = again;
}

watch();
