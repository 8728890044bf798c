// @ts-check
import { byId, setText } from "../dom/elements.js";

const SHOWN_MS = 2_000;

/** Wires the button that copies the command; browsers offer the clipboard to secure origins only. @param {() => import("../../words/words.js").Words} words */
export function initCopy(words) {
  if (!navigator.clipboard) return;
  const button = byId("copy", HTMLButtonElement);
  const command = byId("command", HTMLElement);
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command.textContent ?? "");
    setText(button, words().say("empty.copied"));
    setTimeout(() => setText(button, words().say("empty.copy")), SHOWN_MS);
  });
}
