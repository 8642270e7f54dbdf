// One thing is on the screen at a time. A screen is a function that makes its content
// anew, so that a change of language shows it again; what was typed lives in the
// fields' own models (field.js) and so outlives that.

import { el } from "./dom.js";
import { keepLanguage, language, offered, say } from "./language.js";

let present = null;
let shown = false;

/**
 * startScreen puts the choice of language into the header, where each is named in
 * itself, and has the link to the content lead there.
 */
export function startScreen() {
  const choice = document.getElementById("languages");
  choice.append(...offered.map(({ tag, name }) => el("button", {
    type: "button", lang: tag, "data-language": tag,
    click: () => {
      keepLanguage(tag);
      dress();
      if (present) draw();
    },
  }, name)));
  // What stands behind the # is a link's secret here and nothing else.
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  });
  dress();
}

// What stands around the screens, in the present language.
function dress() {
  const choice = document.getElementById("languages");
  choice.setAttribute("aria-label", say("language.choice"));
  for (const one of choice.children) one.setAttribute("aria-pressed", String(one.dataset.language === language()));
  document.getElementById("skip").textContent = say("page.skip");
  document.getElementById("foot").textContent = say("page.foot");
}

/**
 * show puts a screen on: its heading's text and its content, both functions. The focus
 * goes to the heading, so that a screen reader tells what has come and the keyboard
 * goes on from there; with `keepFocus` it stays where it is.
 */
export function show(heading, content, { keepFocus = false } = {}) {
  present = { heading, content };
  draw();
  const h1 = document.querySelector("h1");
  if (keepFocus) return;
  // On the first screen nothing has had the focus yet, and a reader starts at the top.
  if (shown) h1.focus();
  shown = true;
}

function draw() {
  const text = present.heading();
  document.title = `${text} · Gatehouse`;
  const main = document.getElementById("main");
  main.removeAttribute("aria-busy");
  // What had the focus has it again, where it is still there.
  const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
  main.replaceChildren(el("h1", { tabindex: "-1" }, text), ...[present.content()].flat(Infinity).filter(Boolean));
  if (focused) document.getElementById(focused)?.focus();
}

/** announce has a screen reader say something without moving the focus. */
export function announce(text) {
  document.getElementById("live").textContent = text;
}
