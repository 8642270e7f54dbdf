import { useState } from "react";
import { useMutation, useSubscription } from "urql";

import { sentence } from "./client";
import { graphql } from "./gql";

const Progress = graphql(`
  subscription Progress($id: ID!) {
    jobProgressed(id: $id) {
      cursor
      job {
        id
        action
        dryRun
        status
        size
        processed
        succeeded
        refused
        outcomes {
          outcome
          code
          count
        }
        secondsLeft
        error
        availableActions
      }
    }
  }
`);

const CancelJob = graphql(`
  mutation CancelJob($id: ID!) {
    cancelJob(input: { id: $id }) {
      userErrors {
        message
      }
    }
  }
`);

const Export = graphql(`
  mutation ExportResults($job: ID!) {
    createExport(input: { job: $job }) {
      export {
        url
      }
      userErrors {
        message
      }
    }
  }
`);

/** A job as it goes on, the button that ends it, and what came of it. */
export function JobProgress({ id }: { id: string }) {
  const [{ data, error }] = useSubscription({ query: Progress, variables: { id } });
  const [, cancel] = useMutation(CancelJob);
  const [, make] = useMutation(Export);
  const [wrong, setWrong] = useState("");
  const job = data?.jobProgressed.job;
  if (error) return <p role="alert">{sentence(error)}</p>;
  if (!job) return <p role="status">Starting…</p>;

  const end = async () => {
    const { data: ended, error: failed } = await cancel({ id });
    setWrong(sentence(failed) || (ended?.cancelJob.userErrors[0]?.message ?? ""));
  };
  const download = async () => {
    const { data: made, error: failed } = await make({ job: id });
    setWrong(sentence(failed) || (made?.createExport.userErrors[0]?.message ?? ""));
    const url = made?.createExport.export?.url;
    if (url) location.assign(url);
  };
  const { succeeded, refused, processed, size } = job;
  const going = job.status === "QUEUED" || job.status === "RUNNING";
  return (
    <div className="job" data-status={job.status}>
      <progress max={size} value={processed} aria-label={`${job.action}${job.dryRun ? ", dry run" : ""}`} />
      <span role="status">
        {processed} of {size}: {job.dryRun ? `${succeeded} would be done, ${refused} refused` : `${succeeded} done, ${refused} refused`}
        {going && job.secondsLeft != null && `, ${job.secondsLeft} s left`}
        {job.status === "CANCELLED" && ", cancelled"}
        {job.error && `. ${job.error}`}
      </span>
      {job.outcomes.map(({ code, count }) => code && <span key={code}>{`${count} × ${code}`}</span>)}
      {job.availableActions.includes("CANCEL") && (
        <button type="button" onClick={() => void end()}>
          Cancel the job
        </button>
      )}
      {!going && (
        <button type="button" onClick={() => void download()}>
          Download results
        </button>
      )}
      {wrong && <p role="alert">{wrong}</p>}
    </div>
  );
}
