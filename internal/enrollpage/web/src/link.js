// The secret of a link stands behind its #, which no browser sends. Once read it is
// taken out of the address bar, so that nobody copies it from there, shares it with a
// picture of the screen, or finds it in the history. It is kept in sessionStorage,
// which ends with the tab, so that loading the page anew still works. Where there is
// no such store, the address stays as it is: a link that works once only would be worse.

const kept = `gatehouse link ${location.pathname}`;

/** readLink is the secret of the present link; empty when the page was opened without one. */
export function readLink() {
  const given = location.hash.slice(1);
  try {
    if (!given) return sessionStorage.getItem(kept) ?? "";
    sessionStorage.setItem(kept, given);
    history.replaceState(null, "", location.pathname);
  } catch {
    // See above: the link stays in the address bar.
  }
  return given;
}
