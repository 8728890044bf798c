// @ts-check
import { remember, remembered } from "../../reader/memory.js";
import { byId } from "../dom/elements.js";

const MOST = 3;

/** The browser's own notifications, where the reader wants them and the browser lets us. */
export class BrowserNotes {
  #wanted = byId("alerts-notify", HTMLInputElement);
  #denied = byId("alerts-denied", HTMLElement);
  #offered = "Notification" in window && isSecureContext;

  constructor() {
    byId("alerts-notify-label", HTMLElement).hidden = !this.#offered;
    this.#wanted.checked = this.#offered && Notification.permission === "granted" && remembered("notify") === "on";
    this.#wanted.addEventListener("change", () => void this.#choose());
  }

  /** @param {{id: string, text: string}[]} notes */
  show(notes) {
    if (!this.#wanted.checked) return;
    for (const { id, text } of notes.slice(0, MOST)) {
      const note = new Notification("Pulso", { body: text, tag: id });
      note.addEventListener("click", () => {
        window.focus();
        note.close();
      });
    }
  }

  async #choose() {
    if (this.#wanted.checked && (await Notification.requestPermission()) !== "granted") {
      this.#wanted.checked = false;
      this.#denied.hidden = false;
    }
    remember("notify", this.#wanted.checked ? "on" : "off");
  }
}
