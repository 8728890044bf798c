// @ts-check
import { futureEventsOf, zoneOf } from "../../model/future-events.js";
import { refusesAll } from "../../model/set-aside.js";
import { visibleText } from "../../words/names.js";

/**
 * @typedef {import("../../model/future-events.js").FromClient} FromClient
 * @typedef {import("../../model/future-events.js").FutureEvents} FutureEvents
 * @typedef {import("../../model/picture.js").Picture} Picture
 * @typedef {import("../../words/words.js").Words} Words
 * @typedef {import("./notices.js").Notice} Notice
 */

const CLIENTS = 3;

/** What is to be said in sentences. @param {Picture} picture @param {Words} words @returns {Notice[]} */
export function noticesOf({ state: { restartedAt, beat }, refused, serverNow, now }, words) {
  const notices = [];
  if (restartedAt !== null) {
    const time = words.times.clock(restartedAt + serverNow - now);
    notices.push({ id: `restarted ${restartedAt}`, text: words.say("notice.restarted", { time }) });
  }
  if (refused) notices.push({ id: "refused", text: words.say("notice.refused"), code: `PANEL_ORIGENES=${location.origin}` });
  if (refusesAll(beat)) notices.push({ id: "writing", text: words.say("notice.writing") });
  const future = futureEventsOf(beat);
  if (future !== null) notices.push({ id: "future", text: futureText(future, words) });
  return notices;
}

/** @param {FutureEvents} future @param {Words} words */
function futureText({ total, clients }, words) {
  const each = clients.slice(0, CLIENTS).map((one) => clientText(one, words));
  return [words.say("notice.future", { n: total }), ...each].join(" ");
}

/** @param {FromClient} one @param {Words} words */
function clientText({ client, events, ahead, why }, words) {
  // Isolated from the sentence around it, whichever way it is written.
  const values = { name: `\u2068${visibleText(client)}\u2069`, n: events, ahead: words.times.duration(ahead) };
  if (why === null) return words.say("notice.future_client", values);
  return words.say(`notice.future_${why}`, { ...values, zone: zoneOf(ahead) });
}
