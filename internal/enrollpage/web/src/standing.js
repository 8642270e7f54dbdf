// Where an enrollment stands that its link cannot redeem now: what happened, and what
// to do next.

import { button, el, note } from "./dom.js";
import { details } from "./details.js";
import { known, moment, say } from "./language.js";
import { show } from "./screen.js";

const kinds = { LOCKED: "bad", EXPIRED: "bad", REJECTED: "bad", APPROVED: "good" };

/** showStanding shows a status; `again` asks the server anew. */
export function showStanding(i, again) {
  const key = keyOf(i);
  show(() => say(`${key}.heading`), () => [
    note(kinds[i.status] ?? "plain", say(`${key}.text`, { unit: i.businessUnitName, time: moment(i.expiresAt) }),
      i.status === "REJECTED" && i.reason ? el("p", {}, el("strong", {}, say("standing.reason")), " ", i.reason) : "",
      i.approvalsMissing > 0 && waits(i) ? say("standing.missing", { count: i.approvalsMissing }) : ""),
    details(i),
    el("h2", {}, say("next.heading")),
    el("p", {}, say(`${key}.next`, { unit: i.businessUnitName })),
    i.status === "REJECTED" ? null : button("quiet", say("standing.again"), again),
  ]);
}

const waits = ({ status }) => ["PENDING", "PENDING_SECOND_APPROVAL", "IN_PROGRESS"].includes(status);

// A status means something else with a code than with an approval, and to the holder of
// a link that redeems than to one that only shows.
function keyOf(i) {
  if (i.status === "APPROVED") return i.issuer === "EXTERNAL" ? "standing.EXTERNAL" : "standing.APPROVED";
  const exact = `standing.${i.status}.${i.authenticationMethod}`;
  return known(`${exact}.heading`) ? exact : known(`standing.${i.status}.heading`) ? `standing.${i.status}` : "standing.other";
}
