import { useEffect, useRef, useState } from "react";
import { useClient } from "urql";

import { sentence } from "./client";
import type { EnrollmentFilter, EnrollmentOrder, EnrollmentView } from "./gql/graphql";
import { DecodeList, EncodeList, everything, type List, toInput } from "./list";

/** The list that the page's address tells, how to go to another, and what is wrong with the
 * address. The server writes and reads it, so that one of last year's version still works. */
export function useListInURL(): [List | undefined, (list: List) => void, string] {
  const client = useClient();
  const [list, setList] = useState<List>();
  const [problem, setProblem] = useState("");
  const latest = useRef(0);

  useEffect(() => {
    const read = async () => {
      const turn = ++latest.current;
      const state = new URLSearchParams(location.hash.slice(1)).get("list");
      if (!state) {
        setProblem("");
        setList(everything);
        return;
      }
      const { data, error } = await client.query(DecodeList, { state });
      if (turn !== latest.current) return;
      setProblem(sentence(error) || (data?.listState.problems[0]?.message ?? ""));
      setList(
        data
          ? {
              view: (data.listState.systemView as EnrollmentView | null) ?? "ALL",
              search: data.listState.search ?? undefined,
              filter: data.listState.filter as EnrollmentFilter,
              orderBy: (data.listState.orderBy as EnrollmentOrder | null) ?? undefined,
            }
          : everything,
      );
    };
    void read();
    const back = () => void read();
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, [client]);

  const go = async (next: List) => {
    const turn = ++latest.current;
    setProblem("");
    setList(next);
    const { data } = await client.query(EncodeList, { list: { enrollments: toInput(next) } });
    if (data && turn === latest.current) history.pushState(null, "", `#list=${data.listState.state}`);
  };
  return [list, (next) => void go(next), problem];
}
