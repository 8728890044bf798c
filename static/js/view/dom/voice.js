// @ts-check
import { byId, setText } from "./elements.js";

/** The page's one voice. @param {string} text */
export function announce(text) {
  setText(byId("announcement", HTMLElement), text);
}
