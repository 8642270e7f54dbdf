import { useState } from "react";

import { BulkBar } from "./BulkBar";
import { Dashboard } from "./Dashboard";
import { EnrollmentTable } from "./EnrollmentTable";
import { Filters } from "./Filters";
import type { List } from "./list";
import { useListInURL } from "./useListInURL";
import { ViewPicker } from "./ViewPicker";

const nothing: ReadonlySet<string> = new Set();

export function App({ subject }: { subject: string }) {
  const [list, go, problem] = useListInURL();
  // What is ticked belongs to the list that it was ticked in.
  const [ticked, setTicked] = useState<{ in?: List; ids: ReadonlySet<string> }>({ ids: nothing });
  const [reads, setReads] = useState(0);
  if (!list) return <p role="status">Loading…</p>;
  const selected = ticked.in === list ? ticked.ids : nothing;
  const select = (ids: ReadonlySet<string>) => setTicked({ in: list, ids });
  return (
    <>
      <header>
        <h1>Enrollments</h1>
        <p>{subject}</p>
      </header>
      <main>
        <Dashboard />
        {problem && <p role="alert">{problem}</p>}
        <section aria-label="What is shown" className="bar">
          <ViewPicker list={list} onChange={go} />
          <Filters list={list} onChange={go} />
        </section>
        <BulkBar list={list} selected={selected} onStarted={() => select(nothing)} />
        <EnrollmentTable key={reads} list={list} selected={selected} onSelect={select} onChange={go} onReload={() => setReads(reads + 1)} />
      </main>
    </>
  );
}
