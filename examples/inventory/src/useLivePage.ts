import { useEffect, useRef, useState } from "react";
import { useQuery, useSubscription } from "urql";

import { EnrollmentChanged, Enrollments } from "./enrollment";
import type { EnrollmentChangedSubscription, RowFragment } from "./gql/graphql";
import { type List, toInput } from "./list";

export type Page = { first: number; after?: string | null } | { last: number; before?: string | null };

/** One page of the list, which stays true. What others do shows at once: a message brings the row
 * as it now is, and where rows may have come or gone the page is read again, twice a second at
 * most. The subscription begins where the first reading began, so nothing falls between the two. */
export function useLivePage(list: List, page: Page) {
  const [{ data, error, fetching }, read] = useQuery({
    query: Enrollments,
    variables: { ...toInput(list), ...page },
    requestPolicy: "network-only",
  });
  const [told, setTold] = useState<Record<string, RowFragment>>({});
  // A message may have overtaken the answer to a question that was asked before it.
  const rows = data?.enrollments.nodes.map((row) => (told[row.id]?.version > row.version ? told[row.id] : row)) ?? [];

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const readSoon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      read({ requestPolicy: "network-only" });
    }, 500);
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  const [begin, setBegin] = useState<string>();
  if (!begin && data) setBegin(data.eventCursor);
  const { businessUnitIds, profileIds, statuses } = list.filter;
  const [live] = useSubscription(
    { query: EnrollmentChanged, variables: { filter: { businessUnitIds, profileIds, statuses }, after: begin }, pause: !begin },
    (_: unknown, { enrollmentChanged: { change, enrollmentId, enrollment } }: EnrollmentChangedSubscription) => {
      if (enrollment) setTold((known) => ({ ...known, [enrollmentId]: enrollment }));
      // The view and the search are the list's alone: whoever changes the status may leave it.
      const shown = rows.find((row) => row.id === enrollmentId);
      if (change !== "UPDATED" || shown?.status !== enrollment?.status) readSoon();
      return null;
    },
  );
  return { rows, list: data?.enrollments, error, fetching, liveError: live.error };
}
