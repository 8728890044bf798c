// @ts-check
import { Feeds } from "./history/feeds.js";
import { Contact, socketUrl } from "./link/contact.js";
import { Model } from "./model/model.js";
import { bare } from "./reader/address.js";
import { ViewState } from "./reader/view-state.js";
import { steadyNow } from "./time/steady.js";
import { Bell } from "./view/alerts/bell.js";
import { initRewind } from "./view/chart/rewind.js";
import { initCommand, initLink } from "./view/controls/copy.js";
import { Shortcuts } from "./view/controls/keys.js";
import { initPreferences } from "./view/controls/preferences.js";
import { initSummary } from "./view/controls/summary.js";
import { Toolbar } from "./view/controls/toolbar.js";
import { translate } from "./view/dom/translate.js";
import { announce } from "./view/dom/voice.js";
import { initExport } from "./view/export/menu.js";
import { Page } from "./view/page/page.js";
import { initPrinting } from "./view/page/printing.js";
import { Screen } from "./view/page/screen.js";

const LOOK_MS = 250;
const SECOND_MS = 1_000;

/** An address beside the page's. @param {string} name */
const beside = (name) => bare(name, document.baseURI);

const view = new ViewState(location.search, (query) => history.replaceState(null, "", location.pathname + query));
const model = new Model({ onDelta: (delta) => feeds.add(delta), onGap: () => feeds.refresh(), onNewClient: () => feeds.overview.refresh() });
const feeds = new Feeds({ history: beside("historia").href, usual: beside("habitual").href }, model, () => screen.request());
const contact = new Contact({ socket: socketUrl(beside("ws")), state: beside("estado.json").href }, model, () => screen.request());
const page = new Page(
  {
    onRetry: () => contact.open(),
    onClient: (name) => view.pick("client", name),
    onType: (name) => view.pick("type", name),
    onSort: (column) => view.sortBy(column),
    onRedraw: () => screen.request(),
    announce,
  },
  beside("rechazados").href,
);
const screen = new Screen(model, feeds, view, page);

const words = () => screen.words;
const toolbar = new Toolbar(view);
const bell = new Bell(beside("avisos").href, view, {
  words,
  now: () => model.clock.at(steadyNow()),
  onMarks: (marks) => {
    page.chart.chart.marks = marks;
    screen.request();
  },
  announce,
  viewers: () => model.viewers,
});
const shortcuts = new Shortcuts(view, { search: () => toolbar.focusSearch(), copy: initLink(words), alerts: () => bell.open() });
initRewind(view, page.chart, () => model.clock.at(steadyNow()), () => announce(page.chart.pointed(words())));
initExport(page.chart, () => screen.renewed(), words);
initCommand(words);
initSummary(() => page.summary(model, words()));
initPrinting(() => {
  screen.recolour();
  screen.draw();
});

view.onChange(() => {
  toolbar.draw(words());
  screen.request();
});
initPreferences(
  view,
  (chosen) => {
    screen.words = chosen;
    translate(chosen);
    shortcuts.translate(chosen);
    toolbar.draw(chosen);
    bell.draw();
    document.documentElement.dataset.ready = "";
    screen.request();
  },
  () => screen.recolour(),
);

setInterval(() => {
  contact.look();
  screen.look();
}, LOOK_MS);
/** Ages and countdowns move even when nothing arrives. */
setInterval(() => {
  model.tick(steadyNow());
  screen.request();
}, SECOND_MS);
contact.open();
