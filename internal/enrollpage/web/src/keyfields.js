// Where the key comes from: made in this browser and saved as a file with a password, or
// made elsewhere and a request (CSR) pasted.

import { el, note } from "./dom.js";
import { choice, field, model } from "./field.js";
import { canMakeKeys, makable } from "./key.js";
import { known, say } from "./language.js";

const shortest = 8;

/** keyModels are the fields' models for an invitation. The enrollment method says what is usual. */
export function keyModels({ enrollmentMethod, allowedKeys }) {
  const kinds = makable(allowedKeys);
  const able = canMakeKeys();
  const makes = able && kinds.length > 0;
  const fields = { source: model(makes && enrollmentMethod === "BROWSER_PKCS12" ? "browser" : "csr"), kind: model(kinds[0]), password: model(), repeat: model(), csr: model() };
  return { ...fields, all: Object.values(fields), kinds, able, makes, allowedKeys };
}

/** keyFields are the fields; `changed` draws them anew after another source was chosen. */
export function keyFields(of, changed) {
  return el("section", { class: "key", "aria-labelledby": "key-heading" },
    el("h2", { id: "key-heading" }, say("key.heading")),
    of.makes
      ? choice(of.source, {
        label: say("key.source"),
        options: [{ value: "browser", label: say("key.browser"), hint: say("key.browserHint") }, { value: "csr", label: say("key.csr"), hint: say("key.csrHint") }],
        changed,
      })
      : note("plain", say(of.able ? "key.noneMakable" : "key.insecure")),
    of.source.value === "browser" ? made(of) : pasted(of.csr, of.allowedKeys));
}

function made(of) {
  return [
    of.kinds.length > 1 && choice(of.kind, {
      label: say("key.kind"),
      options: of.kinds.map((kind, n) => ({ value: kind, label: say(`keyKind.${kind}`), hint: n === 0 ? say("key.usual") : null })),
    }),
    field(of.password, { label: say("password.label"), hint: say("password.hint", { count: shortest }), type: "password", autocomplete: "new-password" }),
    field(of.repeat, { label: say("password.repeat"), type: "password", autocomplete: "new-password" }),
  ];
}

/**
 * names are those that a command puts into a CSR which says what is asked for, by the
 * kinds that the profile allows; "/" where others say it.
 */
function names(asks) {
  if (!asks) return `-subj "/"`;
  const example = { DNS: "DNS:www.example.com", EMAIL: "email:you@example.com", IP: "IP:192.0.2.7", URI: "URI:urn:example:7" };
  const kind = ["DNS", "EMAIL", "IP", "URI"].find((one) => asks.includes(one));
  return `-subj "/CN=${kind === "EMAIL" ? "Your Name" : "www.example.com"}"` + (kind ? ` -addext "subjectAltName=${example[kind]}"` : "");
}

/**
 * pasted is the field for a CSR, with a command that makes one. No allowed kind means
 * all. asks are the kinds of names that the CSR may ask for; none given: it asks for
 * none, since the certificate's names are settled elsewhere.
 */
export function pasted(csr, allowedKeys, asks) {
  const key = allowedKeys.length === 0 || allowedKeys.includes("EC_P256") ? "ec -pkeyopt ec_paramgen_curve:P-256"
    : allowedKeys.includes("EC_P384") ? "ec -pkeyopt ec_paramgen_curve:P-384"
    : allowedKeys.includes("ED25519") ? "ed25519" : `rsa:${/RSA_(\d+)/.exec(allowedKeys.join())?.[1] ?? 3072}`;
  return [
    field(csr, { label: say("csr.label"), hint: allowedKeys.length === 0 ? say("csr.hintAny") : say("csr.hint", { kinds: allowedKeys.map((kind) => (known(`keyKind.${kind}`) ? say(`keyKind.${kind}`) : kind)).join(", ") }), rows: 8, class: "pem", spellcheck: "false", autocapitalize: "off" }),
    el("details", {}, el("summary", {}, say("csr.how")), el("p", {}, say("csr.howText")), asks && el("p", {}, say("csr.howNames")),
      el("pre", { tabindex: "0", role: "region", "aria-label": say("csr.how") }, el("code", {}, `openssl req -new -newkey ${key} -keyout key.pem ${names(asks)} -out request.csr`))),
  ];
}

/** checkKey marks what is wrong, and tells whether the key is made here. */
export function checkKey(of) {
  if (of.source.value !== "browser") {
    checkCsr(of.csr);
    return false;
  }
  if ([...of.password.value].length < shortest) of.password.wrong = () => say("password.short", { count: shortest });
  else if (of.password.value !== of.repeat.value) of.repeat.wrong = () => say("password.different");
  return true;
}

/** checkCsr marks a CSR that is none on first sight. */
export function checkCsr(csr) {
  if (csr.value.trim() === "") csr.wrong = () => say("csr.missing");
  else if (/PRIVATE KEY-----/.test(csr.value)) csr.wrong = () => say("csr.privateKey");
  else if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(csr.value)) csr.wrong = () => say("csr.noRequest");
}
