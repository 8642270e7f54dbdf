// What was refused, in the page's language. The server's own sentence is English and
// more exact; it is shown where the page has none of its own.

import { known, say } from "./language.js";

/** sentence is what to tell about a refusal; more specific keys come first. */
export function sentence({ code, message, field }, values = {}) {
  const [where] = path(field);
  for (const key of [where && `refusal.${code}.${where}`, `refusal.${code}`]) {
    if (key && (known(key) || known(`${key}.other`))) return say(key, values);
  }
  return message || say("refusal.other");
}

/** path is where a refusal's field lies in what was sent; empty when it is about no field. */
export function path(field) {
  return (field ?? []).filter((part) => part !== "input");
}
