// Fields of forms. A model holds what was typed and what is wrong with it; its element
// can be made again and again and shows the same.

import { el } from "./dom.js";

let count = 0;

/** model is one field's value, and the message of what is wrong with it as a function; null while nothing is. */
export function model(value = "") {
  return { id: `field-${++count}`, value, wrong: null };
}

/**
 * field is a label, an input or, with `rows`, a text area, a hint and what is wrong.
 * Hint and error are named to screen readers by aria-describedby.
 */
export function field(of, { label, hint, rows, tidy, optional, ...attributes }) {
  const described = [hint && `${of.id}-hint`, of.wrong && `${of.id}-wrong`].filter(Boolean).join(" ");
  const input = el(rows ? "textarea" : "input", {
    id: of.id, name: of.id, rows, class: attributes.class, autocomplete: "off", ...attributes,
    "aria-describedby": described || null, "aria-invalid": of.wrong ? "true" : null, "aria-required": optional ? null : "true",
    input: () => {
      of.value = input.value;
    },
    change: () => {
      if (tidy) input.value = of.value = tidy(input.value);
    },
  });
  input.value = of.value;
  return el("div", { class: "field" },
    el("label", { for: of.id }, label, optional ? el("span", { class: "optional" }, ` (${optional})`) : null),
    hint && el("p", { class: "hint", id: `${of.id}-hint` }, hint),
    input,
    of.wrong && el("p", { class: "wrong", id: `${of.id}-wrong` }, of.wrong()));
}

/** choice is a group of radio buttons. Each option has a value, a label and perhaps a hint. */
export function choice(of, { label, options, changed }) {
  return el("fieldset", { class: "choice" },
    el("legend", {}, label),
    options.map(({ value, label: text, hint }, n) => {
      const id = `${of.id}-${n}`;
      const input = el("input", {
        type: "radio", id, name: of.id, value, "aria-describedby": hint ? `${id}-hint` : null,
        change: () => {
          of.value = value;
          changed?.();
        },
      });
      input.checked = of.value === value;
      return el("div", { class: "option" }, input,
        el("div", {}, el("label", { for: id }, text), hint && el("p", { class: "hint", id: `${id}-hint` }, hint)));
    }));
}

/** right takes all errors of these fields away. */
export function right(models) {
  for (const one of models) one.wrong = null;
}

/** focusFirstWrong moves the focus to the first field that is wrong, and tells whether there was one. */
export function focusFirstWrong() {
  const first = document.querySelector("[aria-invalid=true]");
  first?.focus();
  return Boolean(first);
}
