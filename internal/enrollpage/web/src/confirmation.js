// The mailed link of a request from the request page. Nothing is confirmed by opening
// it: programs that look for bad links in mails open them too. A person sees what was
// asked for, which somebody else may have done in their name, and presses the button.

import { confirm, readAsked } from "./api.js";
import { asked } from "./details.js";
import { button, el } from "./dom.js";
import { faultText, showFault, showLoading } from "./faults.js";
import { say } from "./language.js";
import { readLink } from "./link.js";
import { sentence } from "./refusals.js";
import { announce, show } from "./screen.js";

/** openConfirmation shows what the link asks for, and the button. */
export async function openConfirmation() {
  const token = readLink();
  const gone = { problem: () => say("confirm.gone"), over: true };
  if (!token) {
    draw(gone);
    return;
  }
  showLoading();
  try {
    const what = await readAsked(token);
    if (what?.confirmed) location.assign(`/pickup#${token}`);
    else draw(what ? { token, what, busy: false, problem: null, over: false } : gone);
  } catch (error) {
    showFault(error, openConfirmation);
  }
}

function draw(state, options) {
  show(() => say("confirm.heading"), () => [
    state.problem
      ? el("div", { class: "note bad", role: "alert", tabindex: "-1", id: "problem" }, el("p", {}, state.problem()))
      : el("p", { class: "lead" }, say("confirm.text")),
    state.over ? null : asked(state.what),
    state.over ? null : el("p", {}, say("confirm.then")),
    state.over ? null : button("primary", say(state.busy ? "confirm.busy" : "confirm.submit"), () => submit(state)),
  ], options);
}

async function submit(state) {
  if (state.busy) return;
  state.busy = true;
  announce(say("confirm.busy"));
  try {
    const refusal = await confirm(state.token);
    // A link that was used before is taken as well: the next page shows where the request stands.
    if (!refusal) {
      location.assign(`/pickup#${state.token}`);
      return;
    }
    const own = { NOT_FOUND: "confirm.gone", INVALID_STATE: "confirm.closed" }[refusal.code];
    state.over = Boolean(own);
    state.problem = () => (own ? say(own) : sentence(refusal));
  } catch (error) {
    state.problem = () => faultText(error);
  }
  state.busy = false;
  announce("");
  draw(state, { keepFocus: true });
  document.getElementById("problem")?.focus();
}
