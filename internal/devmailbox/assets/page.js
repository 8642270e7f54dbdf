// The mailbox of dev. The token lives in a variable of this file and nowhere else;
// mails are shown as text, or in a frame that may run no script.
(function () {
  "use strict";

  // The person of each role is the same as on GraphiQL's page.
  const people = [
    ["ENROLLMENT_MANAGER", "Enrollment manager", "Emil Novak"],
    ["ADMIN", "Administrator", "Ada Byrne"],
    ["APPROVER", "Approver", "Amara Okafor"],
    ["SEAT_MANAGER", "Seat manager", "Sofia Lind"],
    ["PROFILE_MANAGER", "Profile manager", "Pavel Horak"],
    ["IMPORT_MANAGER", "Import manager", "Ines Duarte"],
    ["AUDITOR", "Auditor", "Olga Weber"],
    ["VIEWER", "Viewer", "Viktor Hahn"],
    ["REQUESTER", "Requester", "Rita Costa"],
  ].map(([role, title, name]) => ({ role, title, name }));

  const kinds = {
    INVITATION: "Invitation",
    APPROVED: "Approved, to be picked up",
    REJECTED: "Rejected",
    REQUEST_RECEIVED: "Request received",
    REQUEST_TO_REVIEW: "Request to review",
    LOCKED: "Locked",
    CONFIRM_REQUEST: "Request to confirm",
    CERTIFICATE_EXPIRES: "Certificate expires",
  };

  const source = document.currentScript.dataset.messages;
  const pause = 2000; // between two looks
  const most = 500; // the mailbox keeps no more
  const margin = 60 * 1000; // a token is renewed this long before its end

  const $ = (id) => document.getElementById(id);
  const role = $("role");
  const list = $("mails");
  const empty = $("empty");
  const short = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const long = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

  let token = null; // {role, text, expiresAt}
  let tag = ""; // of the mails that are shown
  let mails = [];
  let shown = ""; // the id of the mail that is read
  let face = "html";
  let turn = 0; // of two looks under way, the later one counts
  let timer;

  for (const p of people) role.add(new Option(p.title, p.role));
  const chosen = () => people.find((p) => p.role === role.value);

  function say(text, bad) {
    if ($("state").textContent !== text) $("state").textContent = text;
    $("state").dataset.state = bad ? "bad" : "";
  }

  async function read(response) {
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.errors[0].message);
    return answer;
  }

  async function signedIn() {
    const p = chosen();
    if (token && token.role === p.role && token.expiresAt - Date.now() > margin) return token.text;
    const subject = p.name.toLowerCase().replaceAll(" ", "-");
    const answer = await read(await fetch("/dev/token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ subject, name: p.name, email: subject.replaceAll("-", ".") + "@example.com", roles: [p.role], businessUnits: ["*"] }),
      cache: "no-store",
    }));
    token = { role: p.role, text: answer.token, expiresAt: Date.parse(answer.expiresAt) };
    return token.text;
  }

  async function look() {
    const mine = ++turn;
    clearTimeout(timer);
    try {
      const headers = { Authorization: "Bearer " + (await signedIn()) };
      if (tag) headers["If-None-Match"] = tag;
      const response = await fetch(source, { headers, cache: "no-store" });
      if (mine !== turn) return;
      if (response.status !== 304) {
        const answer = await read(response);
        if (mine !== turn) return;
        tag = response.headers.get("ETag") || "";
        mails = answer.messages;
        draw();
      }
      const count = mails.length === 1 ? "1 mail" : (mails.length === most ? "the latest " : "") + mails.length + " mails";
      say(`${chosen().name}, ${chosen().title} · ${count} · new ones appear by themselves`);
    } catch (error) {
      if (mine !== turn) return;
      if (error instanceof TypeError) {
        say("The server does not answer; is dev running? What is below was read before.", true);
      } else {
        token = null;
        tag = "";
        mails = [];
        draw();
        empty.hidden = true;
        say(error.message, true);
      }
    }
    if (document.visibilityState === "visible") timer = setTimeout(look, pause); // else nobody is looking
  }

  function draw() {
    const focused = document.activeElement && document.activeElement.dataset.id;
    list.replaceChildren(...mails.map((m) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.id = m.id;
      if (m.id === shown) button.setAttribute("aria-current", "true");
      button.append(part("span", "subject", m.subject), part("span", "to", m.to), part("time", "", short.format(new Date(m.date))));
      button.lastChild.dateTime = m.date;
      button.addEventListener("click", () => open(m.id));
      item.append(button);
      return item;
    }));
    if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus();
    empty.hidden = mails.length > 0;
    empty.textContent = "No mail to be read. Enroll a seat, and its invitation appears here.";
    if (!mails.some((m) => m.id === shown)) {
      shown = "";
      $("mail").hidden = true;
    }
    $("choose").hidden = shown !== "" || mails.length === 0;
  }

  function part(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  }

  function open(id) {
    const m = mails.find((m) => m.id === id);
    shown = id;
    for (const button of list.querySelectorAll("button")) {
      if (button.dataset.id === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    $("subject").textContent = m.subject;
    $("to").textContent = m.to;
    $("date").textContent = long.format(new Date(m.date));
    $("date").dateTime = m.date;
    $("kind").textContent = kinds[m.kind] || m.kind;
    $("enrollment").textContent = m.enrollmentId;
    $("enrollment-fact").hidden = m.enrollmentId === "";
    $("certificate").textContent = m.certificateId;
    $("certificate-fact").hidden = m.certificateId === "";
    // A link of the mail opens beside the mailbox, not in the frame.
    $("html").srcdoc = m.html.replace(/<head>/i, '<head><base target="_blank">');
    $("text").replaceChildren(...linked(m.text));
    $("mail").hidden = false;
    $("choose").hidden = true;
    turnTo(face);
    $("subject").focus();
  }

  // linked is a text whose addresses can be clicked.
  function linked(text) {
    return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/).map((piece, n) => {
      if (n % 2 === 0) return document.createTextNode(piece);
      const a = part("a", "", piece);
      a.href = piece;
      a.target = "_blank";
      a.rel = "noopener noreferrer";
      return a;
    });
  }

  function turnTo(next) {
    face = next;
    $("html").hidden = face !== "html";
    $("text").hidden = face !== "text";
    $("as-html").setAttribute("aria-pressed", String(face === "html"));
    $("as-text").setAttribute("aria-pressed", String(face === "text"));
  }

  $("as-html").addEventListener("click", () => turnTo("html"));
  $("as-text").addEventListener("click", () => turnTo("text"));
  role.addEventListener("change", () => {
    tag = "";
    look();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
    else clearTimeout(timer);
  });

  look();
})();
