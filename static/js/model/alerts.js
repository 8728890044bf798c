// @ts-check

/**
 * @typedef {import("../link/alerts.js").Alert} Alert
 * @typedef {import("../link/alerts.js").Alerts} Alerts
 *
 * Where something fired or was over, for the chart.
 *
 * @typedef {{at: number, over: boolean}} Mark
 */

const MOST_MARKS = 100;

/** What has begun and what is over since *before*; nothing at first: it is no news to who has just come. @param {Alerts | null} before @param {Alerts | null} after */
export function newsOf(before, after) {
  if (before === null || after === null) return { fired: [], over: [] };
  const known = new Set([...before.firing, ...before.over].map(({ id }) => id));
  const fired = after.firing.filter(({ id, muted }) => !muted && !known.has(id));
  const fires = new Set(before.firing.map(({ id }) => id));
  const over = after.over.filter(({ id }) => fires.has(id));
  return { fired, over };
}

/** The marks of what this view shows: all, or only what is about the client or type that is looked at. @param {Alerts | null} alerts @param {{client: string | null, type: string | null}} view @returns {Mark[]} */
export function marksOf(alerts, { client, type }) {
  if (alerts === null) return [];
  const wanted = [...alerts.firing, ...alerts.over].filter(({ about, subject }) => concerns(about, subject, client, type));
  const marks = wanted.flatMap(({ fired, over }) => [{ at: fired, over: false }, ...(over === null ? [] : [{ at: over, over: true }])]);
  return marks.sort((a, b) => b.at - a.at).slice(0, MOST_MARKS);
}

/** @param {Alert["about"]} about @param {string | null} subject @param {string | null} client @param {string | null} type */
function concerns(about, subject, client, type) {
  if (about === null) return true;
  if (about === "cliente") return client === null ? type === null : client === subject;
  return type === null ? client === null : type === subject;
}

/** A little after the moment, so that the chart shows what led to it and what came of it; null: it is the present. @param {Alert} alert @param {number} now */
export function momentOf({ fired }, now) {
  const until = fired + 450_000;
  return until >= now ? null : until;
}
