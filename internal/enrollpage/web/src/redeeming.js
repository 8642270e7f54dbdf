// Redeeming: the code where one is asked for, and the key, made here or elsewhere.

import { readInvitation, redeem, Fault } from "./api.js";
import { details } from "./details.js";
import { el, note } from "./dom.js";
import { faultText, showFault } from "./faults.js";
import { field, focusFirstWrong, model, right } from "./field.js";
import { keepKey, keptKeys, guard } from "./keeping.js";
import { makeKey, opens } from "./key.js";
import { keyFields, keyModels, checkKey } from "./keyfields.js";
import { say, span } from "./language.js";
import { path, sentence } from "./refusals.js";
import { announce, show } from "./screen.js";

/** showRedeeming shows the form; `proceed` goes on with what the server then says. */
export function showRedeeming(token, invitation, proceed) {
  const form = {
    token, proceed, i: invitation,
    code: model(), key: keyModels(invitation),
    problem: invitation.issuance?.state === "FAILED" ? () => say("redeem.failed", { reason: form.i.issuance.reason }) : null,
    busy: null,
  };
  draw(form);
}

function draw(form, { keepFocus = false } = {}) {
  const { i } = form;
  const byCode = i.authenticationMethod === "ENROLLMENT_CODE";
  show(() => say(byCode ? "redeem.heading" : "pickup.heading"), () => [
    el("p", { class: "lead" }, say(byCode ? "redeem.lead" : "pickup.lead", { unit: i.businessUnitName, who: i.name || i.seatId, profile: i.profileName, validity: span(i.validity) })),
    form.problem && el("div", { class: "note bad", role: "alert", tabindex: "-1", id: "problem" }, el("p", {}, form.problem())),
    details(i),
    el("form", { novalidate: true, submit: (event) => { event.preventDefault(); submit(form); } },
      byCode && codeField(form),
      i.needsCsr && keyFields(form.key, () => draw(form, { keepFocus: true })),
      el("button", { type: "submit", id: "submit", class: "primary", "aria-disabled": form.busy ? "true" : null },
        form.busy && el("span", { class: "spinner", "aria-hidden": "true" }), form.busy ? form.busy() : say("redeem.submit"))),
  ], { keepFocus });
}

function codeField({ code, i }) {
  const digits = i.codeAlphabet === "DIGITS";
  return field(code, {
    label: say("code.label"), hint: say(digits ? "code.hintDigits" : "code.hint", { count: i.codeLength }), tidy, class: "code",
    autocomplete: "one-time-code", autocapitalize: "characters", autocorrect: "off", spellcheck: "false", inputmode: digits ? "numeric" : "text",
  });
}

// People type codes as they read them aloud: in groups, in small letters.
const tidy = (text) => text.replace(/[\s\-–—.]/g, "").toUpperCase();

async function submit(form) {
  if (form.busy) return;
  const { i, token } = form;
  right([form.code, ...form.key.all]);
  form.problem = null;
  const input = { token, idempotencyKey: randomText() };
  if (i.authenticationMethod === "ENROLLMENT_CODE") {
    input.code = tidy(form.code.value);
    if (input.code === "") form.code.wrong = () => say("code.missing");
    // A slip of the finger need not cost an attempt.
    else if (input.code.length !== i.codeLength) form.code.wrong = () => say("code.length", { count: i.codeLength, given: input.code.length });
  }
  const usesKey = i.needsCsr && checkKey(form.key);
  if ([form.code, ...form.key.all].some((one) => one.wrong)) {
    again(form);
    return;
  }
  const password = usesKey ? form.key.password.value : null;
  try {
    if (usesKey) {
      busy(form, "redeem.makingKey");
      input.csr = (await readyKey(token, form.key.kind.value, password)).csr;
      guard(true);
    } else if (i.needsCsr) {
      input.csr = form.key.csr.value;
    }
    busy(form, "redeem.asking");
    judge(form, await redeemOnce(input), password);
  } catch (error) {
    await afterFault(form, error, password);
  }
}

// The key of an earlier attempt is taken again: only a slip was mended since.
async function readyKey(token, kind, password) {
  for (const key of await keptKeys(token)) {
    if (key.kind === kind && (await opens(key, password))) return key;
  }
  const key = await makeKey(kind, password);
  await keepKey(token, key);
  return key;
}

// An answer that was lost is asked for again with the same idempotency key, so that
// nothing is done or counted twice.
async function redeemOnce(input) {
  try {
    return await redeem(input);
  } catch (error) {
    if (!(error instanceof Fault) || error.key !== "fault.network") throw error;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return redeem(input);
  }
}

// judge goes on with what was answered.
function judge(form, { invitation, userErrors }, password) {
  form.busy = null;
  const same = invitation && invitation.status === form.i.status && !invitation.certificate && invitation.issuance?.state !== "REQUESTED";
  if (userErrors.length === 0 || !same) {
    form.proceed(invitation, { password });
    return;
  }
  guard(false);
  form.i = invitation;
  for (const refusal of userErrors) {
    const text = () => sentence(refusal, { count: form.i.attemptsLeft ?? 0 });
    const wrong = { code: form.code, csr: form.key.source.value === "csr" && form.i.needsCsr ? form.key.csr : null }[placeOf(refusal)];
    if (wrong) wrong.wrong = text;
    else form.problem = text;
  }
  again(form);
}

const places = { WRONG_CODE: "code", INVALID_CSR: "csr", KEY_NOT_ALLOWED: "csr", NAMES_DIFFER: "csr" };
const placeOf = (refusal) => places[refusal.code] ?? path(refusal.field)[0];

// After a failure nobody knows what the server did. It is asked, and only where nothing
// came of it the form stands there again.
async function afterFault(form, error, password) {
  form.busy = null;
  try {
    const now = await readInvitation(form.token);
    if (!now || now.status !== form.i.status || now.certificate || now.issuance?.state === "REQUESTED") {
      form.proceed(now, { password });
      return;
    }
    guard(false);
    form.i = now;
    form.problem = () => faultText(error);
    again(form);
  } catch (second) {
    showFault(error instanceof Fault ? error : second, () => afterFault(form, error, password));
  }
}

function busy(form, key) {
  form.busy = () => say(key);
  draw(form, { keepFocus: true });
  announce(say(key));
}

function again(form) {
  announce("");
  draw(form, { keepFocus: true });
  if (!focusFirstWrong()) document.getElementById("problem")?.focus();
}

function randomText() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
