// @ts-check
import { bare } from "./reader/address.js";
import { Connection } from "./link/connection.js";
import { Fallback } from "./link/fallback.js";
import { Feeds } from "./history/feeds.js";
import { Model } from "./model/model.js";
import { Painter } from "./view/page/painter.js";
import { Camera } from "./model/picture.js";
import { initCopy } from "./view/controls/copy.js";
import { translate } from "./view/dom/elements.js";
import { initExport } from "./view/export/menu.js";
import { Page } from "./view/page/page.js";
import { chooseNext, initPreferences } from "./view/controls/preferences.js";
import { initPrinting } from "./view/page/printing.js";
import { initRewind } from "./view/chart/rewind.js";
import { announce, copyLink, Shortcuts, SummaryChoice } from "./view/controls/keys.js";
import { byId } from "./view/dom/elements.js";
import { Toolbar } from "./view/controls/toolbar.js";
import { splitOf, ViewState, WINDOW_NAMES } from "./reader/view-state.js";
import { steadyNow } from "./time/wakefulness.js";
import { Words } from "./words/words.js";

const SUMMARY_MS = 30_000;
const LOOK_MS = 250;

/** An address beside the page's. @param {string} name */
const beside = (name) => bare(name, document.baseURI);

let words = new Words("es");
const view = new ViewState(location.search, (query) => history.replaceState(null, "", location.pathname + query));
const model = new Model({ onDelta: (delta) => feeds.add(delta), onGap: () => feeds.refresh(), onNewClient: () => feeds.overview.refresh() });
const feeds = new Feeds(beside("historia").href, model, () => painter.request());
const camera = new Camera(model, feeds);
const serverNow = () => model.clock.at(steadyNow());
const toggle = (/** @type {"client" | "type"} */ key) => (/** @type {string | null} */ name) => view.set({ [key]: view.value[key] === name ? null : name });

const page = new Page(
  {
    onRetry: () => connection.open(),
    onClient: toggle("client"),
    onType: toggle("type"),
    onSort: (column) => view.set({ sort: /** @type {any} */ (column), ascending: view.value.sort === column ? !view.value.ascending : column === "name" }),
    onRedraw: () => painter.request(),
    announce,
  },
  beside("rechazados").href,
);
const toolbar = new Toolbar(view);
const painter = new Painter(draw);

function draw() {
  const now = steadyNow();
  const picture = camera.take(view.value, now);
  feeds.look(view.value, camera.held && { chart: camera.held.chart, at: picture.chartNow }, serverNow());
  page.draw(picture, words);
  const { counts } = model.state;
  if (counts !== null && picture.status.kind === "live" && model.arrived && model.clock.settled) model.screen.drawn(counts, serverNow());
}

const socketUrl = beside("ws");
socketUrl.protocol = socketUrl.protocol === "https:" ? "wss:" : "ws:";
const connection = new Connection(socketUrl.href, {
  onText(text) {
    if (look()) return;
    if (!model.received(text, steadyNow())) connection.restart();
    painter.request();
  },
  onLink(link) {
    model.linkChanged(link);
    if (model.polling.active) fallback.start();
    else fallback.stop();
    painter.request();
  },
});
const fallback = new Fallback(beside("estado.json").href, {
  onState(messages) {
    model.polled(messages, steadyNow());
    painter.request();
  },
  onBack: () => connection.nudge(),
  viewers: () => model.viewers,
});

const shortcuts = new Shortcuts({
  " ": () => view.set({ paused: !view.value.paused }),
  ...Object.fromEntries(WINDOW_NAMES.map((name, i) => [String(i + 1), () => view.set({ window: name })])),
  t: () => view.set({ table: !view.value.table }),
  s: () => view.set({ by: splitOf(view.value) === "cliente" ? "evento" : "cliente" }),
  d: () => chooseNext("theme"),
  l: () => chooseNext("language"),
  "/": () => toolbar.focusSearch(),
  c: () => void copyLink(bare(location.href).href, words).then(announce),
  Escape: () => view.set({ client: null, type: null, search: "", until: null }),
});
byId("link", HTMLButtonElement).addEventListener("click", () => void copyLink(bare(location.href).href, words).then(announce));
initRewind(view, page.chart, serverNow, () => announce(page.chart.pointed(words)));
initExport({
  async picture() {
    await feeds.renew(view.value, camera.held !== null);
    draw();
    return camera.take(view.value, steadyNow());
  },
  chart: page.chart,
  title: () => `Pulso · ${words.say("chart.title")} · ${byId("chart-span", HTMLElement).textContent}`,
  onDone: (name) => announce(name === null ? words.say("export.failed") : words.say("export.done", { name })),
});
initCopy(() => words);
initPrinting(() => {
  page.chart.chart.recolour();
  draw();
});

view.onChange(() => {
  toolbar.draw(words);
  painter.request();
});
initPreferences(
  view,
  (chosen) => {
    words = chosen;
    translate(words);
    shortcuts.translate(words);
    toolbar.draw(words);
    document.documentElement.dataset.ready = "";
    painter.request();
  },
  () => {
    page.chart.chart.recolour();
    painter.request();
  },
);

/** What the browser thinks of its network decides nothing: whether the panel can be reached does. */
async function networkChanged() {
  model.online = navigator.onLine;
  painter.request();
  if (model.online) connection.nudge();
  else if (!(await fallback.reaches()) && !model.online) connection.restart();
}

addEventListener("online", () => void networkChanged());
addEventListener("offline", () => void networkChanged());
document.addEventListener("visibilitychange", () => {
  look();
  model.arrived = false; // what comes while nobody sees it is drawn later than it could be
  if (!document.hidden) connection.nudge();
});

/** A sleep of the machine ends sockets, without their knowing it. */
function look() {
  const slept = model.look(steadyNow(), Date.now());
  if (slept) {
    model.slept();
    connection.open();
  }
  return slept;
}

/** A state that time alone changes shows when it does; a hidden tab tells it by its title and icon. */
setInterval(() => {
  look();
  const now = steadyNow();
  if (model.status(now).kind === page.badge.kind) return;
  if (document.hidden) page.badge.draw(camera.take(view.value, now), words);
  else painter.request();
}, LOOK_MS);

/** Ages and countdowns move even when nothing arrives. */
setInterval(() => {
  const now = steadyNow();
  model.tick(now);
  painter.request();
}, 1000);

const summary = new SummaryChoice();
setInterval(() => {
  const { counts } = model.state;
  if (!summary.on || counts === null || document.hidden) return;
  announce(words.say("announce.summary", { total: counts.total, rate: words.rate(model.pace.mean() ?? 0), n: page.active }));
}, SUMMARY_MS);

model.online = navigator.onLine;
connection.open();
