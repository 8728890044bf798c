// @ts-check
import { Connection } from "./connection.js";
import { Fallback } from "./fallback.js";
import { Model } from "./model.js";
import { Painter } from "./painter.js";
import { initCopy } from "./view/copy.js";
import { translate } from "./view/dom.js";
import { Page } from "./view/page.js";
import { initPreferences } from "./view/preferences.js";
import { parseState } from "./wire.js";
import { Words } from "./words.js";

let words = new Words("es");
const model = new Model();
const page = new Page(() => connection.open());
const painter = new Painter(() => page.draw(model, Date.now(), words));

const socketUrl = new URL("ws", document.baseURI);
socketUrl.protocol = socketUrl.protocol === "https:" ? "wss:" : "ws:";

const connection = new Connection(socketUrl.href, {
  onText(text) {
    if (!model.received(text, Date.now())) connection.restart();
    painter.request();
  },
  onLink(link) {
    model.linkChanged(link);
    if (model.polling.active) fallback.start();
    else fallback.stop();
    painter.request();
  },
});

const fallback = new Fallback(new URL("estado.json", document.baseURI).href, (text) => {
  model.polled(parseState(text), Date.now());
  painter.request();
});

initPreferences((chosen) => {
  words = chosen;
  translate(words);
  document.documentElement.dataset.ready = "";
  painter.request();
});
initCopy(() => words);

/** What the browser thinks of its network decides nothing while messages arrive. */
function networkChanged() {
  model.online = navigator.onLine;
  if (model.online) connection.nudge();
  painter.request();
}

addEventListener("online", networkChanged);
addEventListener("offline", networkChanged);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) connection.nudge();
});

/** Ages and countdowns move even when nothing arrives. */
setInterval(() => {
  const now = Date.now();
  model.pace.tick(now, model.status(now).kind === "live");
  painter.request();
}, 1000);

networkChanged();
connection.open();
