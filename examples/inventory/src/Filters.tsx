import { type FormEvent, useState } from "react";
import { useQuery } from "urql";

import { graphql } from "./gql";
import type { EnrollmentStatus } from "./gql/graphql";
import type { List } from "./list";

const Choices = graphql(`
  query Choices {
    businessUnits(first: 100) {
      nodes {
        id
        name
      }
    }
    certificateProfiles(first: 100) {
      nodes {
        id
        name
      }
    }
  }
`);

const statuses: EnrollmentStatus[] = ["CREATED", "PENDING", "PENDING_SECOND_APPROVAL", "IN_PROGRESS", "APPROVED", "REDEEMED", "REJECTED", "EXPIRED", "LOCKED"];

/** Search, and the filters that people use most. An empty choice does not narrow. */
export function Filters({ list, onChange }: { list: List; onChange: (list: List) => void }) {
  const [{ data }] = useQuery({ query: Choices });
  const { filter } = list;
  const narrow = (more: Partial<List["filter"]>) => onChange({ ...list, filter: { ...filter, ...more } });
  return (
    <>
      <SearchBox key={list.search} search={list.search} onSearch={(search) => onChange({ ...list, search })} />
      <Choice label="Status" chosen={filter.statuses} of={statuses.map((status) => ({ id: status, name: status }))} onChoose={(s) => narrow({ statuses: s as EnrollmentStatus[] })} />
      <Choice label="Business unit" chosen={filter.businessUnitIds} of={data?.businessUnits.nodes} onChoose={(businessUnitIds) => narrow({ businessUnitIds })} />
      <Choice label="Profile" chosen={filter.profileIds} of={data?.certificateProfiles.nodes} onChoose={(profileIds) => narrow({ profileIds })} />
      <Day label="Created since" value={filter.createdSince} onChoose={(createdSince) => narrow({ createdSince })} />
      <Day label="Created before" value={filter.createdBefore} onChoose={(createdBefore) => narrow({ createdBefore })} />
    </>
  );
}

function SearchBox({ search, onSearch }: { search?: string; onSearch: (search?: string) => void }) {
  const [text, setText] = useState(search ?? "");
  const find = (event: FormEvent) => {
    event.preventDefault();
    onSearch(text.trim() || undefined);
  };
  return (
    <form role="search" onSubmit={find}>
      <input type="search" aria-label="Search" placeholder="seat, e-mail or name" value={text} onChange={(e) => setText(e.target.value)} />
    </form>
  );
}

/** One value, or any. A saved view may have several, which are shown as such. */
function Choice(props: { label: string; chosen?: string[] | null; of?: { id: string; name: string }[]; onChoose: (chosen?: string[]) => void }) {
  const { label, chosen, of = [], onChoose } = props;
  const several = !!chosen && chosen.length !== 1;
  return (
    <label>
      {label}{" "}
      <select value={several ? "several" : (chosen?.[0] ?? "")} onChange={(e) => onChoose(e.target.value ? [e.target.value] : undefined)}>
        <option value="">any</option>
        {several && (
          <option value="several" disabled>
            {chosen.length} chosen
          </option>
        )}
        {of.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A day of UTC, as the table's. */
function Day({ label, value, onChoose }: { label: string; value?: string | null; onChoose: (value?: string) => void }) {
  return (
    <label>
      {label}{" "}
      <input type="date" value={value?.slice(0, 10) ?? ""} onChange={(e) => onChoose(e.target.value ? `${e.target.value}T00:00:00Z` : undefined)} />
    </label>
  );
}
