// Elements are made one by one and text is only ever text: nothing on these pages
// is parsed as HTML, whatever a name or a reason may contain.

/**
 * el makes an element. An attribute that is null, undefined or false is left out,
 * one that is true is written without a value; a function is a listener for the
 * event that its name gives. Children may be nested lists, text, or nothing.
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** facts is a list of names and values; what has no value is left out. */
export function facts(pairs) {
  return el("dl", { class: "facts" }, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** note is a paragraph that stands out: "plain", "good" or "bad". */
export function note(kind, ...children) {
  return el("div", { class: `note ${kind}` }, children.flat(Infinity).filter(Boolean).map((child) => (typeof child === "string" ? el("p", {}, child) : child)));
}

/** button is a button that submits nothing by itself. */
export function button(kind, text, click) {
  return el("button", { type: "button", id: "act", class: kind, click }, text);
}
