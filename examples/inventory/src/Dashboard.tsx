import { useQuery, useSubscription } from "urql";

import { sentence } from "./client";
import { graphql } from "./gql";

const Usage = graphql(`
  query Usage {
    seatUsage {
      allocated
      created
      consumed
      history(days: 90) {
        day
        allocated
        created
        consumed
      }
    }
  }
`);

const UsageChanged = graphql(`
  subscription UsageChanged {
    seatUsageChanged {
      cursor
      usage {
        allocated
        created
        consumed
      }
    }
  }
`);

const figures = ["allocated", "created", "consumed"] as const;
type Figures = Record<(typeof figures)[number], number>;

/** The three figures, as they are this moment, and drawn over the last 90 days. */
export function Dashboard() {
  const [{ data, error }] = useQuery({ query: Usage });
  const [live] = useSubscription({ query: UsageChanged });
  const now = live.data?.seatUsageChanged.usage ?? data?.seatUsage;
  if (error) return <p role="alert">{sentence(error)}</p>;
  if (!now || !data?.seatUsage) return null;
  return (
    <section aria-label="Seats" className="dashboard">
      <dl>
        {figures.map((figure) => (
          <div key={figure} className={figure}>
            <dt>{figure}</dt>
            <dd>{now[figure]}</dd>
          </div>
        ))}
      </dl>
      <Chart days={[...data.seatUsage.history.slice(0, -1), now]} />
    </section>
  );
}

/** A line for each figure, in steps: a day has one. Today's end moves. */
function Chart({ days }: { days: Figures[] }) {
  const top = Math.max(1, ...days.map((day) => day.allocated));
  const path = (figure: (typeof figures)[number]) =>
    days.map((day, n) => `${n ? "H" : "M"}${(n / Math.max(1, days.length - 1)) * 600}${n ? "V" : ","}${120 - (day[figure] / top) * 110}`).join("");
  return (
    <svg viewBox="0 0 600 122" role="img" aria-label={`Allocated, created and consumed seats of the last ${days.length} days`} preserveAspectRatio="none">
      {figures.map((figure) => (
        <path key={figure} d={path(figure)} className={figure} />
      ))}
    </svg>
  );
}
