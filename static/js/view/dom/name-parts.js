// @ts-check
import { visibleParts } from "../../words/names.js";
import { make } from "./elements.js";

/** A name as it may be shown: apart from the text around it, what can't be seen escaped. @param {string} name */
export function nameParts(name) {
  const isolated = make("bdi", "name");
  for (const { text, escaped } of visibleParts(name)) isolated.append(escaped ? make("span", "escaped", text) : text);
  return isolated;
}
