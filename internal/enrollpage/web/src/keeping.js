// Keys are kept, encrypted, from before the server hears of them until the tab is
// closed. Otherwise a page that is loaded anew, or an answer that was lost, would leave
// a certificate whose key is gone. They lie in sessionStorage, which ends with the tab,
// beside a mark of their link, so that no other link takes them for its own.

const kept = "gatehouse keys";
// An attempt with another password or kind of key makes another; the certificate tells
// which it is for.
const most = 3;
let present = null;

/** keepKey keeps a link's key. */
export async function keepKey(token, key) {
  const link = await mark(token);
  present = { link, keys: [key, ...(await keptKeys(token))].slice(0, most) };
  try {
    sessionStorage.setItem(kept, JSON.stringify(present));
  } catch {
    // Then they live as long as the page does; leaving it asks first.
  }
}

/** keptKeys are a link's keys, the newest first. */
export async function keptKeys(token) {
  try {
    present ??= JSON.parse(sessionStorage.getItem(kept));
  } catch {
    present = null;
  }
  return present && present.link === (await mark(token)) ? present.keys : [];
}

// Without cryptography no key was made here either.
async function mark(token) {
  if (!globalThis.crypto?.subtle) return "";
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let unsaved = false;

/** guard has the browser ask before the tab is closed while a key was not saved. */
export function guard(on) {
  unsaved = on;
}

addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
