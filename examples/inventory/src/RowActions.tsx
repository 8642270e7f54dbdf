import { useState } from "react";
import { useClient } from "urql";

import { sentence } from "./client";
import { graphql } from "./gql";
import type { RowFragment } from "./gql/graphql";

const Approve = graphql(`
  mutation Approve($id: ID!) {
    done: approveEnrollment(input: { id: $id }) {
      enrollment {
        ...Row
      }
      userErrors {
        message
      }
    }
  }
`);
const Reject = graphql(`
  mutation Reject($id: ID!, $reason: String!) {
    done: rejectEnrollment(input: { id: $id, reason: $reason }) {
      enrollment {
        ...Row
      }
      userErrors {
        message
      }
    }
  }
`);
const Cancel = graphql(`
  mutation Cancel($id: ID!, $reason: String!) {
    done: cancelEnrollment(input: { id: $id, reason: $reason }) {
      enrollment {
        ...Row
      }
      userErrors {
        message
      }
    }
  }
`);
const Resend = graphql(`
  mutation Resend($id: ID!) {
    done: resendEnrollment(input: { id: $id }) {
      enrollment {
        ...Row
      }
      userErrors {
        message
      }
    }
  }
`);
const Unlock = graphql(`
  mutation Unlock($id: ID!) {
    done: unlockEnrollment(input: { id: $id }) {
      enrollment {
        ...Row
      }
      userErrors {
        message
      }
    }
  }
`);

/** The actions that this page has code for; the API may tell of others. */
const offered = { APPROVE: Approve, REJECT: Reject, CANCEL: Cancel, RESEND_ENROLLMENT: Resend, UNLOCK: Unlock } as const;
type Offered = keyof typeof offered;
const titles: Record<Offered, string> = { APPROVE: "Approve", REJECT: "Reject", CANCEL: "Cancel", RESEND_ENROLLMENT: "Resend", UNLOCK: "Unlock" };
const withReason: Offered[] = ["REJECT", "CANCEL"];
/** What this person never does is not shown; what the enrollment's state forbids is grey. */
const never = ["FORBIDDEN", "NOT_REQUESTER"];

/** A button for each action: which there are, which are grey, and why, the API says. */
export function RowActions({ row }: { row: RowFragment }) {
  const client = useClient();
  const [wrong, setWrong] = useState("");
  const act = async (action: Offered) => {
    const reason = withReason.includes(action) ? prompt(`${titles[action]} ${row.seatId}: why?`) : "";
    if (reason === null) return;
    const { data, error } = await client.mutation(offered[action], { id: row.id, reason });
    setWrong(sentence(error) || (data?.done.userErrors[0]?.message ?? ""));
  };
  return (
    <>
      {(Object.keys(offered) as Offered[]).map((action) => {
        const no = row.unavailableActions.find((one) => one.action === action);
        if (no ? never.includes(no.code) : !row.availableActions.includes(action)) return null;
        // Not `disabled`, which would keep the sentence from those who use the keyboard.
        return (
          <button key={action} type="button" aria-disabled={!!no} title={no?.message} onClick={() => !no && void act(action)}>
            {titles[action]}
          </button>
        );
      })}
      {wrong && <p role="alert">{wrong}</p>}
    </>
  );
}
