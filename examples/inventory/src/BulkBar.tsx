import { useState } from "react";
import { useMutation } from "urql";

import { sentence } from "./client";
import { graphql } from "./gql";
import type { BulkAction, BulkSelection } from "./gql/graphql";
import { JobProgress } from "./JobProgress";
import { type List, toInput } from "./list";

const Start = graphql(`
  mutation Start($input: StartBulkActionInput!) {
    startBulkAction(input: $input) {
      job {
        id
      }
      userErrors {
        message
      }
    }
  }
`);

const actions: BulkAction[] = ["APPROVE", "REJECT", "RESET", "UNLOCK", "RESEND_ENROLLMENT", "CANCEL"];
const withReason: BulkAction[] = ["REJECT", "CANCEL"];

/** Acts on the rows that are ticked, or, with none, on all that the list shows. */
export function BulkBar({ list, selected, onStarted }: { list: List; selected: ReadonlySet<string>; onStarted: () => void }) {
  const [action, setAction] = useState<BulkAction>("APPROVE");
  const [job, setJob] = useState<string>();
  const [wrong, setWrong] = useState("");
  const [{ fetching }, start] = useMutation(Start);
  const which = selected.size > 0 ? `the ${selected.size} selected` : "all that match";
  const run = async (dryRun: boolean) => {
    const asked = `${action} ${which}?`;
    const reason = withReason.includes(action) ? prompt(`${asked} Why?`) : dryRun || confirm(asked) ? undefined : null;
    if (reason === null) return;
    const selection: BulkSelection = selected.size > 0 ? { ids: [...selected] } : { enrollments: toInput(list) };
    // One key for each press: with it the client may repeat what it got no answer to.
    const idempotencyKey = crypto.randomUUID();
    const { data, error } = await start({ input: { action, selection, dryRun, input: { reason }, idempotencyKey } });
    setWrong(sentence(error) || (data?.startBulkAction.userErrors[0]?.message ?? ""));
    const id = data?.startBulkAction.job?.id;
    setJob(id);
    if (id && !dryRun) onStarted();
  };
  return (
    <section aria-label="Bulk action" className="bar">
      <label>
        To {which}:{" "}
        <select value={action} onChange={(e) => setAction(e.target.value as BulkAction)}>
          {actions.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <button type="button" disabled={fetching} onClick={() => void run(true)}>
        Dry run
      </button>
      <button type="button" disabled={fetching} onClick={() => void run(false)}>
        Start…
      </button>
      {wrong && <p role="alert">{wrong}</p>}
      {job && <JobProgress key={job} id={job} />}
    </section>
  );
}
