// Files that a person saves. They are made in the page; nothing is fetched.

import { el } from "./dom.js";

const given = [];

/** forgetFiles frees the files of the screen before. */
export function forgetFiles() {
  for (const address of given.splice(0)) URL.revokeObjectURL(address);
}

/** download is a link that saves a file. */
export function download({ label, hint, name, type, content, kind = "quiet", click }) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  given.push(address);
  return el("li", {},
    el("a", { class: `button ${kind}`, href: address, download: name, click: click ?? null }, label, el("span", { class: "ending" }, ` ${name}`)),
    hint && el("p", { class: "hint" }, hint));
}

/** fileName makes of any text the beginning of a file's name. */
export function fileName(text) {
  return text.normalize("NFKD").replace(/[^A-Za-z0-9._@-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 60) || "certificate";
}
