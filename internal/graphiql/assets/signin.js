// Sign-in for development: it asks the server for a token of a role of one's
// choice. The token lives in a variable of this file and nowhere else.
//
// It offers window.session to page.js: token() resolves to a token that is good
// for the request at hand, or to "" while nobody is signed in.
(function () {
  "use strict";

  // One person per role, so that a request and its approval are by two people.
  const people = [
    ["ADMIN", "Administrator", "Ada Byrne", "May do everything."],
    ["ENROLLMENT_MANAGER", "Enrollment manager", "Emil Novak", "Manages enrollments, seats and certificates; approves, and reads the audit log."],
    ["APPROVER", "Approver", "Amara Okafor", "Approves and rejects requests, and writes notes on them."],
    ["SEAT_MANAGER", "Seat manager", "Sofia Lind", "Creates seats and allocates licences."],
    ["PROFILE_MANAGER", "Profile manager", "Pavel Horak", "Makes and changes certificate profiles."],
    ["IMPORT_MANAGER", "Import manager", "Ines Duarte", "Imports certificates."],
    ["AUDITOR", "Auditor", "Olga Weber", "Looks at everything, the audit log too, and changes nothing."],
    ["VIEWER", "Viewer", "Viktor Hahn", "Looks at everything but the audit log, and changes nothing."],
    ["REQUESTER", "Requester", "Rita Costa", "Asks for certificates and sees the own requests only."],
  ].map(([role, title, name, may]) => ({ role, title, name, may }));

  // A token is renewed this long before its end, so that none ends on the way.
  const margin = 60 * 1000;

  const $ = (id) => document.getElementById(id);
  const form = $("sign-in");
  const role = $("role");
  const unit = $("unit");
  const unitKey = $("unit-key");
  const person = $("person");

  let current = null; // {asked, token, expiresAt}
  let attempt = 0; // of two sign-ins under way, the later one counts
  let timer;

  for (const p of people) role.add(new Option(p.title, p.role));
  const chosen = () => people.find((p) => p.role === role.value);
  person.value = chosen().name;

  function asked() {
    const name = person.value.trim() || chosen().name;
    const subject = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "somebody";
    const key = unit.value === "?" ? unitKey.value.trim() : unit.value;
    return {
      subject,
      name,
      email: subject.replaceAll("-", ".") + "@example.com",
      roles: [role.value],
      businessUnits: key === "" ? [] : [key],
    };
  }

  async function fetchToken(who) {
    const response = await fetch("/dev/token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(who),
      cache: "no-store",
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.errors[0].message);
    return { asked: who, token: answer.token, expiresAt: Date.parse(answer.expiresAt) };
  }

  function show(state, text) {
    $("who").dataset.state = state;
    $("who").textContent = text;
  }

  // Who runs an operation right after another role was chosen runs it as that role:
  // token() waits for the sign-in that began last.
  let signedIn;
  function signIn(who) {
    signedIn = fetchAndShow(who);
  }

  async function fetchAndShow(who) {
    const mine = ++attempt;
    clearTimeout(timer);
    try {
      const got = await fetchToken(who);
      if (mine !== attempt) return;
      current = got;
      timer = setTimeout(() => signIn(who), Math.max(got.expiresAt - Date.now() - margin, 5000));
      const p = people.find((p) => p.role === who.roles[0]);
      const until = new Date(got.expiresAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      const where = who.businessUnits.length === 0 ? "no business unit" : who.businessUnits[0] === "*" ? "all business units" : who.businessUnits[0];
      show("in", `${who.name}, ${p.title} · ${where} · until ${until}`);
      $("hint").textContent = `${p.title}: ${p.may}`;
    } catch (error) {
      if (mine !== attempt) return;
      current = null;
      show("out", `Not signed in: ${error.message}`);
    }
  }

  // The keys of the business units are read with a token of their own, since the
  // role that was chosen may see none of them. Without them one is typed.
  async function offerUnits() {
    try {
      const all = await fetchToken({ subject: "sign-in", name: "Sign-in", email: "", roles: ["VIEWER"], businessUnits: ["*"] });
      const response = await fetch("/graphql", {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer " + all.token },
        body: JSON.stringify({ query: "query Units { businessUnits(first: 100) { nodes { key name } } }" }),
      });
      const answer = await response.json();
      const before = unit.querySelector('option[value=""]');
      for (const u of answer.data.businessUnits.nodes) unit.add(new Option(u.name, u.key), before);
    } catch {
      // "Another key…" remains.
    }
  }

  role.addEventListener("change", () => {
    person.value = chosen().name;
    signIn(asked());
  });
  unit.addEventListener("change", () => {
    const other = unit.value === "?";
    $("unit-key-field").hidden = !other;
    if (other) unitKey.focus();
    else signIn(asked());
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    signIn(asked());
  });

  signIn(asked());
  offerUnits();

  window.session = {
    async token() {
      await signedIn;
      // A sleeping computer keeps no timers.
      if (current && current.expiresAt - Date.now() < margin / 2) {
        signIn(current.asked);
        await signedIn;
      }
      return current ? current.token : "";
    },
  };
})();
