// The page's two languages. Both are in the bundle: they are small, and a person who
// changes the language needs no second request.

import en from "../../messages/en.json";
import de from "../../messages/de.json";

const languages = { en, de };
const kept = "gatehouse language";
let present = "en";

/** The tags of all languages, with their own names for themselves. */
export const offered = Object.entries(languages).map(([tag, messages]) => ({ tag, name: messages["language.name"] }));

/** language is the tag of the present one. */
export const language = () => present;

/** startLanguage takes what the person chose before in this tab, else the first of the browser's that there is. */
export function startLanguage() {
  const wanted = [read(), ...navigator.languages].map((tag) => String(tag ?? "").toLowerCase().split("-")[0]);
  setLanguage(wanted.find((tag) => Object.hasOwn(languages, tag)) ?? "en");
}

/** setLanguage changes the language of everything that is said from now on. */
export function setLanguage(tag) {
  present = tag;
  document.documentElement.lang = tag;
}

/** keepLanguage remembers a choice as long as the tab is open. */
export function keepLanguage(tag) {
  setLanguage(tag);
  try {
    sessionStorage.setItem(kept, tag);
  } catch {
    // Without a store the choice holds until the page is loaded anew.
  }
}

function read() {
  try {
    return sessionStorage.getItem(kept);
  } catch {
    return null;
  }
}

/** known tells whether there is a message of this key. */
export const known = (key) => Object.hasOwn(languages[present], key);

/**
 * say is the message of a key with its {names} filled in. A message that depends on a
 * number has one key for each of the language's forms (key.one, key.other), chosen by
 * the value `count`.
 */
export function say(key, values = {}) {
  const messages = languages[present];
  const text = messages[key] ?? messages[`${key}.${new Intl.PluralRules(present).select(values.count)}`];
  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === "number" ? new Intl.NumberFormat(present).format(values[name]) : values[name]));
}

/** moment is a time in the person's own zone, which it names. */
export function moment(time) {
  return new Intl.DateTimeFormat(present, { year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(new Date(time));
}

const units = [[/(\d+)Y/, "year"], [/(\d+)M/, "month"], [/(\d+)W/, "week"], [/(\d+)D/, "day"]];
const timeUnits = [[/(\d+)H/, "hour"], [/(\d+)M/, "minute"], [/(\d+)S/, "second"]];

/** span is an ISO 8601 duration in words. */
export function span(duration) {
  const [days, hours = ""] = duration.slice(1).split("T");
  const parts = [...units.map((unit) => [days, ...unit]), ...timeUnits.map((unit) => [hours, ...unit])]
    .flatMap(([text, pattern, unit]) => {
      const found = Number(pattern.exec(text)?.[1] ?? 0);
      return found ? [new Intl.NumberFormat(present, { style: "unit", unit, unitDisplay: "long" }).format(found)] : [];
    });
  return new Intl.ListFormat(present, { type: "conjunction" }).format(parts);
}
