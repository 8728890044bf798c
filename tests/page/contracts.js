import { readFileSync } from "node:fs";

/** The text of a wire example that producer and consumer tests share. @param {string} name */
export const contract = (name) => readFileSync(new URL(`../contracts/${name}.json`, import.meta.url), "utf8");
