// What an invitation or a request is about, as a list of facts.

import { el, facts } from "./dom.js";
import { known, moment, say, span } from "./language.js";

/** details of what is being got, for whom, until when. */
export function details(i) {
  const names = [i.names.subject, ...i.names.dnsNames, ...i.names.emailAddresses, ...i.names.ipAddresses, ...i.names.uris].filter(Boolean);
  const until = { CREATED: "until", LOCKED: "until", APPROVED: "until", PENDING: "stands", PENDING_SECOND_APPROVAL: "stands", IN_PROGRESS: "stands", EXPIRED: "ended" }[i.status];
  const open = Boolean(until) && i.status !== "EXPIRED";
  return facts([
    [say("details.unit"), i.businessUnitName],
    [say("details.profile"), i.profileName],
    [say("details.seat", { type: seatType(i.seatType) }), seat(i)],
    [say("details.names"), names.length > 0 && !i.certificate ? list(names) : ""],
    [say("details.validity"), open ? span(i.validity) : ""],
    [until ? say(`details.${until}`) : "", until ? moment(i.expiresAt) : ""],
    [say("details.attempts"), i.status === "CREATED" && i.attemptsLeft !== null && i.issuance?.state !== "REQUESTED" ? say("details.attemptsLeft", { count: i.attemptsLeft }) : ""],
  ]);
}

/** asked is what a request asks for whose address is not confirmed yet. */
export function asked(o) {
  return facts([
    [say("details.unit"), o.businessUnitName],
    [say("details.profile"), o.profileName],
    [say("details.seat", { type: seatType(o.seatType) }), seat(o)],
    [say("details.names"), o.names.length > 0 ? list(o.names) : ""],
    [say("confirm.key"), o.keySha256 ? el("code", {}, o.keySha256) : ""],
    [say("confirm.comment"), o.comment],
    [say("details.until"), moment(o.expiresAt)],
  ]);
}

const seat = ({ name, seatId }) => (name ? el("span", {}, name, el("span", { class: "second" }, seatId)) : seatId);

const list = (names) => el("ul", {}, names.map((name) => el("li", {}, name)));

/** seatType is a seat type in words. */
export const seatType = (type) => say(known(`seatType.${type}`) ? `seatType.${type}` : "seatType.other");
