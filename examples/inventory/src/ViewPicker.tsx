import { useState } from "react";
import { useMutation, useQuery } from "urql";

import { sentence } from "./client";
import { graphql } from "./gql";
import type { EnrollmentView } from "./gql/graphql";
import { type List, toInput } from "./list";

const Views = graphql(`
  query Views {
    systemViews(list: ENROLLMENTS) {
      view
      title
      count {
        count
        capped
      }
    }
    views(list: ENROLLMENTS, first: 100) {
      nodes {
        id
        name
        count {
          count
          capped
        }
        problems {
          message
        }
      }
    }
  }
`);

const SaveView = graphql(`
  mutation SaveView($input: SaveViewInput!) {
    saveView(input: $input) {
      view {
        id
      }
      userErrors {
        message
      }
    }
  }
`);

const told = (count?: { count: number; capped: boolean } | null) => (count ? ` (${count.count}${count.capped ? "+" : ""})` : "");

/** The views drop-down, with how much each shows when it is opened, and the button that saves the present list. */
export function ViewPicker({ list, onChange }: { list: List; onChange: (list: List) => void }) {
  const [{ data }, reload] = useQuery({ query: Views });
  const [, save] = useMutation(SaveView);
  const [wrong, setWrong] = useState("");
  const choose = (value: string) => onChange(value.startsWith("view_") ? { viewId: value, filter: {} } : { view: value as EnrollmentView, filter: {} });
  const keep = async () => {
    const name = prompt("Save this list as");
    if (!name) return;
    const { data: saved, error } = await save({ input: { name, list: { enrollments: toInput(list) } } });
    setWrong(sentence(error) || (saved?.saveView.userErrors[0]?.message ?? ""));
    const viewId = saved?.saveView.view?.id;
    if (!viewId) return;
    reload({ requestPolicy: "network-only" });
    onChange({ viewId, filter: {} });
  };
  return (
    <>
      <label>
        View{" "}
        <select value={list.viewId ?? list.view} onChange={(e) => choose(e.target.value)} onFocus={() => reload({ requestPolicy: "network-only" })}>
          {data?.systemViews.map((view) => (
            <option key={view.view} value={view.view}>
              {view.title + told(view.count)}
            </option>
          ))}
          <optgroup label="Saved">
            {data?.views.nodes.map((view) => (
              <option key={view.id} value={view.id} disabled={view.problems.length > 0} title={view.problems[0]?.message}>
                {view.name + told(view.count)}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <button type="button" onClick={() => void keep()}>
        Save view…
      </button>
      {wrong && <p role="alert">{wrong}</p>}
    </>
  );
}
