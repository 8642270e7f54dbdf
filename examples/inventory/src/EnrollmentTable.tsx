import { useState } from "react";

import { sentence } from "./client";
import type { EnrollmentOrderField } from "./gql/graphql";
import type { List } from "./list";
import { RowActions } from "./RowActions";
import { type Page, useLivePage } from "./useLivePage";

const size = 25;

const columns: { title: string; field?: EnrollmentOrderField }[] = [
  { title: "Seat", field: "SEAT_ID" },
  { title: "Name" },
  { title: "Status" },
  { title: "Profile" },
  { title: "Business unit" },
  { title: "Created", field: "CREATED_AT" },
  { title: "Expires", field: "EXPIRES_AT" },
  { title: "Actions" },
];

interface Props {
  list: List;
  selected: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  onChange: (list: List) => void;
  onReload: () => void;
}

/** The list, a page at a time, with a tick and buttons for each row. */
export function EnrollmentTable({ list, selected, onSelect, onChange, onReload }: Props) {
  // A place belongs to its list: another one begins at its first page.
  const [place, setPlace] = useState<{ in: List; page: Page }>({ in: list, page: { first: size } });
  const { rows, list: shown, error, fetching, liveError } = useLivePage(list, place.in === list ? place.page : { first: size });
  const turn = (page: Page) => setPlace({ in: list, page });

  const all = rows.length > 0 && rows.every((row) => selected.has(row.id));
  const tick = (ids: string[], on: boolean) => onSelect(new Set([...selected].filter((id) => !ids.includes(id)).concat(on ? ids : [])));
  const ascending = (field?: EnrollmentOrderField) => (field && list.orderBy?.field === field ? list.orderBy.direction === "ASC" : undefined);
  const sorted = { true: "ascending", false: "descending" } as const;
  return (
    <section aria-label="Enrollments" aria-busy={fetching}>
      {error && <p role="alert">{sentence(error)}</p>}
      {liveError && (
        <p role="alert">
          What others do is not shown any more: {sentence(liveError)}{" "}
          <button type="button" onClick={onReload}>
            Read again
          </button>
        </p>
      )}
      <table>
        <thead>
          <tr>
            <td>
              <input
                type="checkbox"
                aria-label="Select this page"
                checked={all}
                onChange={(e) =>
                  tick(
                    rows.map((row) => row.id),
                    e.target.checked,
                  )
                }
              />
            </td>
            {columns.map(({ title, field }) => (
              <th key={title} scope="col" aria-sort={sorted[`${ascending(field)}` as "true" | "false"]}>
                {field ? (
                  <button type="button" onClick={() => onChange({ ...list, orderBy: { field, direction: ascending(field) ? "DESC" : "ASC" } })}>
                    {title}
                  </button>
                ) : (
                  title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-id={row.id}>
              <td>
                <input type="checkbox" aria-label={`Select ${row.seatId}`} checked={selected.has(row.id)} onChange={(e) => tick([row.id], e.target.checked)} />
              </td>
              <th scope="row">{row.seatId}</th>
              <td>{row.name}</td>
              <td>
                <span className="status">{row.status}</span>
              </td>
              <td>{row.profileName}</td>
              <td>{row.businessUnitName}</td>
              <td>{row.createdAt.slice(0, 10)}</td>
              <td>{row.expiresAt.slice(0, 10)}</td>
              <td>
                <RowActions row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <nav aria-label="Pages">
        <button type="button" disabled={!shown?.pageInfo.hasPreviousPage} onClick={() => turn({ last: size, before: shown?.pageInfo.startCursor })}>
          Previous
        </button>
        <button type="button" disabled={!shown?.pageInfo.hasNextPage} onClick={() => turn({ first: size, after: shown?.pageInfo.endCursor })}>
          Next
        </button>
        <span role="status">
          {shown ? `${shown.totalCount}${shown.totalCountCapped ? "+" : ""} in all` : error ? "" : "Loading…"}
        </span>
      </nav>
    </section>
  );
}
