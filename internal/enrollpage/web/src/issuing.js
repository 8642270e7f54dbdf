// While a certificate authority is at work: the page asks again and again, ever less often.

import { Fault, readInvitation } from "./api.js";
import { details } from "./details.js";
import { el, note } from "./dom.js";
import { say } from "./language.js";
import { announce, show } from "./screen.js";

const first = 2_000;
const longest = 15_000;
let latest = 0;

/** showIssuing waits for the authority's answer and goes on with it. */
export async function showIssuing(token, invitation, proceed) {
  const own = ++latest;
  show(() => say("issuing.heading"), () => [
    el("div", { class: "note plain working" }, el("span", { class: "spinner", "aria-hidden": "true" }), el("p", {}, say("issuing.text"))),
    details(invitation),
    note("plain", say("issuing.keepOpen")),
  ]);
  announce(say("issuing.heading"));
  for (let pause = first; ; pause = Math.min(pause * 1.5, longest)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (own !== latest) return;
    try {
      const next = await readInvitation(token);
      if (own !== latest) return;
      if (next?.issuance?.state !== "REQUESTED") {
        announce("");
        proceed(next);
        return;
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // Without the network, or asked too often: the authority works on meanwhile.
      if (error.values.count) pause = Math.max(pause, error.values.count * 1000);
    }
  }
}
