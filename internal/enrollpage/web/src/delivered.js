// The certificate is there: what it says, and its files. Where the key was made in this
// tab, the .p12 is made of both.

import { details } from "./details.js";
import { el, facts, note } from "./dom.js";
import { field, focusFirstWrong, model } from "./field.js";
import { download, fileName } from "./files.js";
import { keptKeys, guard } from "./keeping.js";
import { canMakeKeys, isFor, opens } from "./key.js";
import { moment, say } from "./language.js";
import { pkcs12 } from "./pkcs12.js";
import { announce, show } from "./screen.js";

/** showDelivered shows a certificate; `password` is the one of this tab's key, null where it was not typed just now. */
export async function showDelivered(token, invitation, password) {
  const keys = canMakeKeys() ? await keptKeys(token) : [];
  const state = { i: invitation, key: keys.find((key) => isFor(invitation.certificate.pem, key.csr)) ?? null, password: model(), p12: null };
  state.strange = keys.length > 0 && !state.key && password !== null;
  if (state.key && password !== null && (await opens(state.key, password))) await make(state, password);
  if (!state.key) guard(false);
  draw(state);
  announce(say("delivered.heading"));
}

function draw(state, options) {
  const { i, key, p12, strange } = state;
  const { certificate } = i;
  const name = fileName(i.seatId);
  const saved = () => guard(false);
  const notAfter = new Date(certificate.notAfter);
  show(() => say("delivered.heading"), () => [
    note("good", say(notAfter > new Date() ? "delivered.text" : "delivered.expired", { time: moment(certificate.notAfter) })),
    strange && note("bad", say("delivered.strange")),
    p12 && el("section", { "aria-labelledby": "p12-heading" }, el("h2", { id: "p12-heading" }, say("p12.heading")), el("p", {}, say("p12.text")),
      el("ul", { class: "files" }, download({ label: say("p12.save"), name: `${name}.p12`, type: "application/x-pkcs12", content: p12, kind: "primary", click: saved }))),
    key && !p12 && passwordForm(state),
    el("h2", {}, say("delivered.files")),
    key ? null : el("p", {}, say("delivered.keyElsewhere")),
    el("ul", { class: "files" },
      download({ label: say("files.pem"), hint: say("files.pemHint"), name: `${name}.pem`, type: "application/x-pem-file", content: certificate.pem }),
      certificate.chainPem && download({ label: say("files.chain"), hint: say("files.chainHint"), name: `${name}-chain.pem`, type: "application/x-pem-file", content: certificate.chainPem }),
      download({ label: say("files.p7b"), hint: say("files.p7bHint"), name: `${name}.p7b`, type: "application/x-pkcs7-certificates", content: certificate.pkcs7 }),
      key && download({ label: say("files.key"), hint: say("files.keyHint"), name: `${name}-key.pem`, type: "application/x-pem-file", content: key.locked, click: saved })),
    el("h2", {}, say("delivered.says")),
    facts([
      [say("certificate.subject"), certificate.subject || say("certificate.noSubject")],
      [say("certificate.issuer"), certificate.issuer],
      [say("certificate.serial"), el("code", {}, certificate.serialNumber)],
      [say("certificate.from"), moment(certificate.notBefore)],
      [say("certificate.to"), moment(certificate.notAfter)],
      [say("certificate.sha256"), el("code", {}, certificate.sha256)],
    ]),
    el("h2", {}, say("delivered.for")),
    details(i),
  ], options);
}

// After the page was loaded anew the password is no longer known.
function passwordForm(state) {
  return el("form", {
    novalidate: true,
    submit: async (event) => {
      event.preventDefault();
      const typed = state.password.value;
      if (await opens(state.key, typed)) {
        await make(state, typed);
        draw(state);
        return;
      }
      state.password.wrong = () => say("password.wrong");
      draw(state, { keepFocus: true });
      focusFirstWrong();
    },
  }, el("h2", {}, say("p12.heading")), el("p", {}, say("p12.locked")),
  field(state.password, { label: say("password.label"), type: "password", autocomplete: "current-password" }),
  el("button", { type: "submit", id: "submit", class: "primary" }, say("p12.make")));
}

async function make(state, password) {
  const { i, key } = state;
  guard(true);
  state.p12 = await pkcs12({ key, certificatePem: i.certificate.pem, chainPem: i.certificate.chainPem, name: i.name || i.seatId, password });
}
