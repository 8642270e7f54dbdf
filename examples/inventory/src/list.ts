import { graphql } from "./gql";
import type { EnrollmentFilter, EnrollmentListInput, EnrollmentOrder, EnrollmentView } from "./gql/graphql";

/** What the table shows. `viewId` is a saved view; then `view` is left out. */
export interface List {
  view?: EnrollmentView;
  viewId?: string;
  search?: string;
  filter: EnrollmentFilter;
  orderBy?: EnrollmentOrder;
}

export const everything: List = { view: "ALL", filter: {} };

/** The list as the API's arguments and inputs take it. */
export function toInput(list: List): EnrollmentListInput {
  return { view: list.viewId ? undefined : list.view, viewId: list.viewId, search: list.search || undefined, filter: list.filter, orderBy: list.orderBy };
}

export const EncodeList = graphql(`
  query EncodeList($list: ListInput!) {
    listState(list: $list) {
      state
    }
  }
`);

export const DecodeList = graphql(`
  query DecodeList($state: String!) {
    listState(state: $state) {
      list
      systemView
      search
      filter
      orderBy
      problems {
        message
      }
    }
  }
`);
