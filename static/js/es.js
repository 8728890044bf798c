// @ts-check

/**
 * The page's words in Spanish. A text with a number is one text per plural form
 * (`Intl.PluralRules`, by the value `n`); `{name}` is replaced by that value.
 *
 * @typedef {string | {one: string, other: string}} Text
 * @typedef {keyof typeof es} Key
 */
const es = {
  "page.description": "Quién hace qué y cuánto, en vivo.",
  "page.skip": "Ir al contenido",
  "language.label": "Idioma",
  "theme.label": "Tema",
  "theme.auto": "Automático",
  "theme.light": "Claro",
  "theme.dark": "Oscuro",

  "status.connecting": "Conectando…",
  "status.live": "En vivo",
  "status.polling": "Cada 5 s",
  "status.stale": "Sin datos nuevos",
  "status.reconnecting": { one: "Reconectando en {n} s", other: "Reconectando en {n} s" },
  "status.reconnecting_now": "Reconectando…",
  "status.offline": "Sin conexión",
  "status.retry": "Reintentar ahora",
  "detail.as_of": "datos de las {time}",
  "detail.since": "desde las {time}",
  "detail.attempt": "intento {n}",
  "detail.no_data": "aún sin datos",
  "detail.polling": "sin WebSocket",

  "announce.connecting": "Conectando.",
  "announce.live": "En vivo: los números se actualizan.",
  "announce.polling": "Sin WebSocket: los números se actualizan cada 5 segundos.",
  "announce.stale": "Sin datos nuevos desde las {time}.",
  "announce.reconnecting": "Conexión perdida; reconectando.",
  "announce.offline": "Sin conexión.",

  "total.label": "Eventos contados",
  "total.left_out": "Fuera de este total, en mensajes:",
  "total.rejected": { one: "{n} rechazado", other: "{n} rechazados" },
  "total.duplicates": { one: "{n} duplicado", other: "{n} duplicados" },
  "total.conflicts": { one: "{n} conflicto", other: "{n} conflictos" },
  "total.rejected_why": "No eran eventos válidos; esperan en la cola cola_analiticas.rechazados",
  "total.duplicates_why": "Copias de mensajes ya contados",
  "total.conflicts_why": "Mismo identificador, otro contenido; esperan en la cola cola_analiticas.rechazados",
  "rate.label": "Eventos por segundo",
  "rate.detail": "media de 10 s",
  "rate.chart": "Eventos por segundo durante el último minuto",
  "rate.peak": "máx. {n} en 60 s",
  "active.label": "Clientes activos",
  "active.detail": { one: "de {n} · último minuto", other: "de {n} · último minuto" },

  "clients.title": "Clientes",
  "clients.name": "Cliente",
  "clients.count": "Eventos",
  "clients.share": "Cuota",
  "clients.changed": "Último cambio",
  "clients.others": { one: "otros ({n} cliente)", other: "otros ({n} clientes)" },
  "clients.now": "ahora",
  "clients.unseen": "sin cambios desde que se abrió la página",
  "types.title": "Tipos de evento",
  "types.name": "Tipo",
  "types.others": { one: "otros ({n} tipo)", other: "otros ({n} tipos)" },

  "flow.label": "Camino de los eventos",
  "flow.broker_connected": "RabbitMQ conectado",
  "flow.broker_reconnecting": "La analítica perdió RabbitMQ y está reconectando",
  "flow.broker_blocked": "RabbitMQ no acepta publicaciones: le falta memoria o disco",
  "flow.queue_empty": "cola vacía",
  "flow.queue": { one: "{n} mensaje en cola", other: "{n} mensajes en cola" },
  "flow.queue_grows": { one: "la cola crece: {n} mensaje", other: "la cola crece: {n} mensajes" },
  "flow.delay": "{n} s de retraso",
  "flow.store_paused": "el almacén está en pausa",
  "flow.analytics_away": "La analítica no responde. RabbitMQ guarda los eventos hasta que vuelva.",
  "flow.unseen": "Sin contacto con el panel. Al reconectar, los números se pondrán al día.",
  "flow.unknown": "Esperando noticias del panel…",

  "empty.title": "Aún no ha llegado ningún evento",
  "empty.text": "Publica el primero y lo verás aquí al instante:",
  "empty.note": "amqp-publish es del paquete amqp-tools; vale cualquier programa que hable AMQP. Cuenta y puerto, los de .env.",
  "empty.copy": "Copiar",
  "empty.copied": "Copiado",

  "notice.label": "Avisos",
  "notice.close": "Cerrar",
  "notice.restarted": "El conteo empezó de nuevo a las {time} (almacén nuevo o copia restaurada): los totales no continúan los anteriores.",
  "notice.refused":
    "El panel responde, pero el WebSocket no se abre. Si su registro dice que rechaza este origen, añade a .env la línea que nombra y reinicia el panel:",
};

export default es;
