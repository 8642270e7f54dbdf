// A failure on the way: what happened, and a button to try again.

import { button, note } from "./dom.js";
import { Fault } from "./api.js";
import { say } from "./language.js";
import { show } from "./screen.js";

/** faultText is a failure in words. What was not foreseen is told on the console and in general terms. */
export function faultText(error) {
  if (error instanceof Fault) return say(error.key, error.values);
  console.error(error);
  return say("fault.page");
}

/** showFault is a screen about a failure. */
export function showFault(error, again) {
  show(() => say("fault.heading"), () => [note("bad", faultText(error)), button("primary", say("fault.again"), again)]);
}

/** waiting is a screen for the while that an answer takes. */
export function showLoading() {
  show(() => say("loading.heading"), () => note("plain", say("loading.text")), { keepFocus: true });
}
