// Shows the total in a page of your own, or in the console of the panel's page. A page of another
// origin must be listed in PANEL_ORIGENES. Messages: docs/websocket.md.
export function watch(url, show) {
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
    show(state);
  };
  socket.onclose = () => setTimeout(watch, 500 + Math.random() * 4500, url, show);
}

// watch("ws://127.0.0.1:8080/panel/ws", ({ total }) => { document.title = `${total}`; });
