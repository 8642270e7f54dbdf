// What a mailed link leads to: /enroll#… to redeem with a code, /pickup#… to see where
// a request stands and to pick up what was approved. What is shown follows from what
// the server says of the link, never from the path.

import { readInvitation } from "./api.js";
import { showDelivered } from "./delivered.js";
import { button, el, note } from "./dom.js";
import { showFault, showLoading } from "./faults.js";
import { forgetFiles } from "./files.js";
import { readLink } from "./link.js";
import { showRedeeming } from "./redeeming.js";
import { showStanding } from "./standing.js";
import { showIssuing } from "./issuing.js";
import { say } from "./language.js";
import { show } from "./screen.js";

/** openInvitation reads the link and shows what it leads to. */
export async function openInvitation() {
  const token = readLink();
  if (!token) {
    showNoLink();
    return;
  }
  showLoading();
  try {
    proceed(token, await readInvitation(token));
  } catch (error) {
    showFault(error, openInvitation);
  }
}

/**
 * proceed shows what the holder of a link can do now. `password` is the one that the
 * key of this tab was encrypted with, where it was typed just now.
 */
export function proceed(token, invitation, { password = null } = {}) {
  forgetFiles();
  const onward = (next, more) => proceed(token, next, more);
  if (!invitation) showNoLink();
  else if (invitation.certificate) showDelivered(token, invitation, password);
  else if (invitation.issuance?.state === "REQUESTED") showIssuing(token, invitation, (next) => proceed(token, next, { password }));
  else if (canRedeem(invitation)) showRedeeming(token, invitation, onward);
  else showStanding(invitation, openInvitation);
}

/** canRedeem tells whether this link redeems now. */
function canRedeem({ redeems, status, issuer }) {
  return redeems && issuer !== "EXTERNAL" && (status === "CREATED" || status === "APPROVED");
}

// One page for a link that never was, that was replaced by a newer one, and for none at all:
// whoever guesses learns nothing.
function showNoLink() {
  show(() => say("noLink.heading"), () => [
    note("bad", say("noLink.text")),
    el("h2", {}, say("next.heading")),
    el("ul", {}, ["noLink.copy", "noLink.newest", "noLink.ask"].map((key) => el("li", {}, say(key)))),
    button("quiet", say("fault.again"), openInvitation),
  ]);
}
