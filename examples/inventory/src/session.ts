// Who is signed in. A page of one's own gets its token from the organisation's
// identity provider; this one asks the development server for one.

export interface Session {
  token: string;
  subject: string;
}

export async function signIn(subject: string, roles: string[], businessUnits: string[]): Promise<Session> {
  const answer = await fetch("/dev/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject, name: subject, email: `${subject}@example.com`, roles, businessUnits }),
  });
  if (!answer.ok) throw new Error(`No token: ${await answer.text()}`);
  const { token } = (await answer.json()) as { token: string };
  return { token, subject };
}
