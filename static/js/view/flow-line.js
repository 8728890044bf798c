// @ts-check
import { byId, icon, make, setText } from "./dom.js";

/** The remarks on broker, queue and store as one line. */
export class FlowLine {
  #line = byId("flow", HTMLElement);
  #shape = "";

  /** @param {import("../flow.js").Remark[]} remarks @param {import("../words.js").Words} words */
  draw(remarks, words) {
    const shape = remarks.map(({ key, warns }) => `${key}${warns ?? ""}`).join();
    if (shape !== this.#shape) this.#build(remarks);
    this.#shape = shape;
    const texts = this.#line.querySelectorAll(".remark-text");
    remarks.forEach(({ key, values }, i) => setText(texts[i], words.say(key, values)));
  }

  /** @param {import("../flow.js").Remark[]} remarks */
  #build(remarks) {
    const parts = remarks.map(({ warns }) => {
      const part = make("span", warns ? "remark warns" : "remark");
      if (warns) part.append(icon("warning"));
      part.append(make("span", "remark-text"));
      return part;
    });
    this.#line.replaceChildren(...parts);
  }
}
