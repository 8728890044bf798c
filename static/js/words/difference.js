// @ts-check

/**
 * @typedef {import("./words.js").Words} Words
 */

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Less than this is no difference. */
const SAME = 0.005;

/** "14 % above last Tuesday at this time". @param {number} now @param {number} before @param {string} then @param {Words} words */
export function difference(now, before, then, words) {
  if (before === 0) return words.say("compare.none", { then });
  const ratio = now / before - 1;
  if (Math.abs(ratio) < SAME) return words.say("compare.same", { then });
  return words.say(ratio > 0 ? "compare.more" : "compare.less", { share: words.numbers.percent(Math.abs(ratio)), then });
}

/** What the time before is called: of a long window, or a past one, no time of day. @param {"1d" | "7d"} before @param {{live: boolean, span: number, end: number}} window @param {Words} words */
export function thenOf(before, { live, span, end }, words) {
  if (!live || span > HOUR_MS + MINUTE_MS) return words.say(`compare.${before}`);
  return words.say(`compare.now_${before}`, { day: words.times.weekday(end) });
}
