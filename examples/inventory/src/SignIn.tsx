import { type FormEvent, useState } from "react";

import { type Session, signIn } from "./session";

/** Asks the development server for a token. */
export function SignIn({ onSession }: { onSession: (session: Session) => void }) {
  const [subject, setSubject] = useState("grace");
  const [role, setRole] = useState("ADMIN");
  const [wrong, setWrong] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn(subject, [role], ["*"]).then(onSession, (error: Error) => setWrong(error.message));
  };
  return (
    <main className="signin">
      <h1>Enrollments</h1>
      <form onSubmit={submit}>
        <label>
          Who <input value={subject} onChange={(e) => setSubject(e.target.value)} required />
        </label>
        <label>
          As{" "}
          <select value={role} onChange={(e) => setRole(e.target.value)}>
            {["ADMIN", "ENROLLMENT_MANAGER", "APPROVER", "VIEWER", "REQUESTER"].map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button>Sign in</button>
      </form>
      {wrong && <p role="alert">{wrong}</p>}
    </main>
  );
}
