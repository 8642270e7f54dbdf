// A token that was pasted. It lives in a variable of this file and nowhere else,
// and leaves the field as soon as it is used.
//
// It offers window.session to page.js, as signin.js does.
(function () {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const field = $("token");
  let token = "";

  // What the token says about itself, to be shown and for nothing else: whether it
  // is true, only the server knows.
  function claims(text) {
    try {
      const part = text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
      const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return null;
    }
  }

  function show() {
    const who = $("who");
    const said = token && claims(token);
    $("forget").hidden = !token;
    who.dataset.state = token ? "in" : "out";
    if (!token) {
      who.textContent = "Not signed in";
      return;
    }
    const name = (said && (said.name || said.sub)) || "somebody";
    const until = said && said.exp ? " · until " + new Date(said.exp * 1000).toLocaleString([], { dateStyle: "short", timeStyle: "short" }) : "";
    const ended = said && said.exp && said.exp * 1000 < Date.now();
    if (ended) who.dataset.state = "out";
    who.textContent = ended ? `The token of ${name} has ended; paste a new one` : `Token of ${name}${until}`;
  }

  $("use-token").addEventListener("submit", (event) => {
    event.preventDefault();
    token = field.value.trim().replace(/^Bearer\s+/i, "");
    field.value = "";
    show();
  });
  $("forget").addEventListener("click", () => {
    token = "";
    show();
    field.focus();
  });

  window.session = { token: async () => token };
})();
