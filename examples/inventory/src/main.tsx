import { StrictMode, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";

import { App } from "./App";
import { createClient } from "./client";
import type { Session } from "./session";
import { SignIn } from "./SignIn";
import "./style.css";

function Root() {
  const [session, setSession] = useState<Session>();
  const client = useMemo(() => session && createClient(session, () => setSession(undefined)), [session]);
  if (!session || !client) return <SignIn onSession={setSession} />;
  return (
    <Provider value={client}>
      <App subject={session.subject} />
    </Provider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
