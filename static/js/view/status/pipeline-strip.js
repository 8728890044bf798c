// @ts-check
import { byId, icon, make, setText } from "../dom/elements.js";

/**
 * @typedef {import("../../model/pipeline.js").Stage} Stage
 * @typedef {import("../../words/words.js").Words} Words
 */

/** The events' way as a strip of its parts, each with its state in shape and words. */
export class PipelineStrip {
  #list = byId("flow", HTMLOListElement);
  /** @type {Map<string, {item: HTMLElement, use: Element, name: HTMLElement, state: HTMLElement, text: HTMLElement}>} */ #parts = new Map();

  /** @param {Stage[]} stages @param {number} now by the server's clock @param {Words} words */
  draw(stages, now, words) {
    for (const stage of stages) {
      const part = this.#parts.get(stage.part) ?? this.#make(stage.part);
      const name = words.say(`flow.part_${stage.part}`);
      setText(part.name, stage.running ? words.say("flow.parts", { name, ...stage.running }) : name);
      setText(part.text, textOf(stage, now, words));
      setText(part.state, `${words.say(`flow.state_${stage.state}`)}: `);
      if (part.item.dataset.state === stage.state) continue;
      part.item.dataset.state = stage.state;
      part.use.setAttribute("href", `#icon-${stage.state === "warns" ? "warning" : stage.state}`);
    }
  }

  /** @param {Stage["part"]} name */
  #make(name) {
    const [item, words] = [make("li", "stage"), make("div", "stage-words")];
    const parts = { name: make("span", "stage-name"), state: make("span", "unseen"), text: make("span", "stage-text") };
    const mark = icon("unknown");
    words.append(parts.name, parts.state, parts.text);
    item.append(mark, words);
    item.dataset.part = name;
    this.#list.append(item);
    const made = { item, use: /** @type {Element} */ (mark.firstElementChild), ...parts };
    this.#parts.set(name, made);
    return made;
  }
}

/** @param {Stage} stage @param {number} now @param {Words} words */
function textOf({ part, state, key, values, since }, now, words) {
  if (key === "flow.counted" && since) return words.say("flow.counted_at", { ago: words.times.ago(Math.max(0, now - since)) });
  const text = words.say(key, values);
  if (state !== "warns" || !since || part === "clients") return text;
  return `${text} · ${words.say("flow.since", { time: words.times.clock(since) })}`;
}
