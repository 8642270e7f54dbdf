// What the page asks of the server. Each function returns what was answered, or throws
// a Fault with a message key for the person; a refusal is an answer, not a fault.

/** Fault is what was not answered: no network, too many calls, or a failure. */
export class Fault extends Error {
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

const invitation = `
  status expiresAt authenticationMethod enrollmentMethod issuer profileName businessUnitName seatType seatId name
  redeems codeLength codeAlphabet attemptsLeft allowedKeys needsCsr validity approvalsMissing reason
  names { subject dnsNames emailAddresses ipAddresses uris }
  issuance { state since reason }
  certificate { serialNumber subject issuer notBefore notAfter sha256 pem chainPem pkcs7 }`;

/** readInvitation is what a link leads to; null for one that is not valid. */
export async function readInvitation(token) {
  const data = await graphql(`query Invitation($token: String!) { enrollmentInvitation(token: $token) {${invitation} } }`, { token });
  return data.enrollmentInvitation;
}

/** redeem has the certificate issued. It returns {invitation, userErrors}. */
export async function redeem(input) {
  const data = await graphql(`mutation Redeem($input: RedeemEnrollmentInput!) {
    redeemEnrollment(input: $input) { invitation {${invitation} } userErrors { code message field } } }`, { input });
  return data.redeemEnrollment;
}

async function graphql(query, variables) {
  const { answer, body } = await send("POST", "/graphql", { query, variables });
  const errors = body?.errors ?? [];
  if (errors.some((error) => error.extensions?.code === "RATE_LIMITED")) throw limited(answer);
  if (errors.length > 0 || !body?.data) throw failed(answer, errors[0]?.extensions?.requestId);
  return body.data;
}

/** readForm is what a profile's request page asks for; null for a profile that takes no requests. */
export async function readForm(profile) {
  const { answer, body } = await send("GET", `/request/${encodeURIComponent(profile)}/form`);
  if (answer.status === 404) return null;
  if (!answer.ok || !body) throw failed(answer, body?.requestId);
  return body;
}

/** request sends a filled-in form. It returns null when it was taken, else the refusal {code, message, field}. */
export const request = (profile, form) => act(`/request/${encodeURIComponent(profile)}`, form);

/** readAsked is what the link of a request asks to be confirmed; null for one that confirms nothing. */
export async function readAsked(token) {
  const { answer, body } = await send("POST", "/confirm/asked", { token });
  if (answer.status === 404) return null;
  if (!answer.ok || !body) throw failed(answer, body?.requestId);
  return body;
}

/** confirm confirms a request's address. It returns null when done, else the refusal. */
export const confirm = (token) => act("/confirm", { token });

async function act(address, content) {
  const { answer, body } = await send("POST", address, content);
  if (answer.ok) return null;
  if (answer.status >= 500 || !body?.code) throw failed(answer, body?.requestId);
  return body;
}

// The referrer and cookies of a page say who is asking; nobody here needs to know.
async function send(method, address, content) {
  let answer;
  try {
    answer = await fetch(address, {
      method,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      headers: { Accept: "application/json", ...(content && { "Content-Type": "application/json" }) },
      body: content && JSON.stringify(content),
    });
  } catch {
    throw new Fault("fault.network");
  }
  if (answer.status === 429) throw limited(answer);
  let body = null;
  try {
    body = await answer.json();
  } catch {
    // Whatever this was, it was not the server's own answer; the caller sees no body.
  }
  return { answer, body };
}

function limited(answer) {
  return new Fault("fault.limited", { count: Math.max(1, Number(answer.headers.get("Retry-After")) || 60) });
}

function failed(answer, id) {
  return new Fault("fault.server", { id: id ?? answer.headers.get("X-Request-Id") ?? "–" });
}
