// The request page of a profile that takes requests from everybody. What is sent is
// listed only after the address was confirmed by a mailed link.

import { readForm, request } from "./api.js";
import { el, note } from "./dom.js";
import { faultText, showFault, showLoading } from "./faults.js";
import { field, focusFirstWrong, model, right } from "./field.js";
import { checkCsr, pasted } from "./keyfields.js";
import { say } from "./language.js";
import { path, sentence } from "./refusals.js";
import { announce, show } from "./screen.js";

/** openRequest shows the form of the profile that the address names. */
export async function openRequest() {
  const profile = decodeURIComponent(location.pathname.split("/")[2]);
  showLoading();
  try {
    const asked = await readForm(profile);
    if (!asked) {
      show(() => say("request.goneHeading"), () => note("bad", say("request.gone")));
      return;
    }
    draw(newForm(profile, asked));
  } catch (error) {
    showFault(error, openRequest);
  }
}

function newForm(profile, asked) {
  const fields = { seatId: model(), name: model(), email: model(), comment: model() };
  const names = asked.namesTyped ? (asked.allowedSans ?? []).map((kind) => ({ kind, of: model() })) : [];
  if (!asked.namesTyped) fields.csr = model();
  return { profile, asked, fields, names, all: [...Object.values(fields), ...names.map(({ of }) => of)], problem: null, busy: false };
}

function draw(form, options) {
  const { asked, fields, names } = form;
  show(() => say("request.heading"), () => [
    el("p", { class: "lead" }, say("request.lead", { unit: asked.businessUnitName, profile: asked.profileName })),
    form.problem && el("div", { class: "note bad", role: "alert", tabindex: "-1", id: "problem" }, el("p", {}, form.problem())),
    el("form", { novalidate: true, submit: (event) => { event.preventDefault(); submit(form); } },
      field(fields.seatId, { label: say(`seatId.${asked.seatType}`), hint: say(`seatIdHint.${asked.seatType}`), maxlength: 255, spellcheck: "false", autocapitalize: "off" }),
      field(fields.name, { label: say("request.name"), optional: say("field.optional"), maxlength: 255, autocomplete: asked.seatType === "USER" ? "name" : "off" }),
      field(fields.email, { label: say("request.email"), hint: say("request.emailHint"), type: "email", maxlength: 254, autocomplete: "email" }),
      names.map(({ kind, of }) => field(of, { label: say(`names.${kind}`), hint: say(`namesHint.${kind}`), rows: 2, optional: say("field.optional"), spellcheck: "false", autocapitalize: "off" })),
      fields.csr && pasted(fields.csr, asked.allowedKeys ?? [], asked.allowedSans ?? []),
      field(fields.comment, { label: say("request.comment"), hint: say("request.commentHint"), rows: 3, optional: say("field.optional"), maxlength: 1000 }),
      el("button", { type: "submit", id: "submit", class: "primary", "aria-disabled": form.busy ? "true" : null }, say(form.busy ? "request.busy" : "request.submit"))),
  ], options);
}

async function submit(form) {
  if (form.busy) return;
  const { fields, names } = form;
  right(form.all);
  form.problem = null;
  if (fields.seatId.value.trim() === "") fields.seatId.wrong = () => say("request.seatIdMissing");
  if (!/^\S+@\S+$/.test(fields.email.value.trim())) fields.email.wrong = () => say("request.emailWrong");
  if (fields.csr) checkCsr(fields.csr);
  if (form.all.some((one) => one.wrong)) {
    again(form);
    return;
  }
  const typed = names.flatMap(({ kind, of }) => of.value.split(/[\s,;]+/).filter(Boolean).map((value) => ({ kind, value, of })));
  form.busy = true;
  draw(form, { keepFocus: true });
  announce(say("request.busy"));
  try {
    const refusal = await request(form.profile, {
      seatId: fields.seatId.value.trim(), name: fields.name.value.trim(), email: fields.email.value.trim(), comment: fields.comment.value.trim(),
      ...(fields.csr ? { csr: fields.csr.value } : { names: typed.map(({ kind, value }) => ({ kind, value })) }),
    });
    if (!refusal) {
      showSent(fields.email.value.trim());
      return;
    }
    blame(form, refusal, typed);
  } catch (error) {
    form.problem = () => faultText(error);
  }
  form.busy = false;
  again(form);
}

// blame puts a refusal to the field that it is about.
function blame(form, refusal, typed) {
  const [place, n] = path(refusal.field);
  const name = place === "names" ? typed[Number(n)] : null;
  const of = name?.of ?? form.fields[place];
  const text = () => sentence(refusal, { value: name?.value });
  if (of) of.wrong = text;
  else form.problem = text;
}

function again(form) {
  announce("");
  draw(form, { keepFocus: true });
  if (!focusFirstWrong()) document.getElementById("problem")?.focus();
}

function showSent(email) {
  show(() => say("sent.heading"), () => [
    note("good", say("sent.text", { email })),
    el("h2", {}, say("next.heading")),
    el("ol", {}, ["sent.open", "sent.review", "sent.mail"].map((key) => el("li", {}, say(key)))),
    el("p", { class: "hint" }, say("sent.none")),
  ]);
}
