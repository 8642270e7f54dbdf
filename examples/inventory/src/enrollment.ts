import { graphql } from "./gql";

/** What a row shows. */
export const Row = graphql(`
  fragment Row on Enrollment {
    id
    seatId
    name
    email
    status
    createdAt
    expiresAt
    profileName
    businessUnitName
    availableActions
    unavailableActions {
      action
      code
      message
    }
    version
  }
`);

export const Enrollments = graphql(`
  query Enrollments(
    $view: EnrollmentView
    $viewId: ID
    $search: String
    $filter: EnrollmentFilter
    $orderBy: EnrollmentOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    eventCursor
    enrollments(view: $view, viewId: $viewId, search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        ...Row
      }
      totalCount
      totalCountCapped
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

export const EnrollmentChanged = graphql(`
  subscription EnrollmentChanged($filter: EnrollmentEventFilter, $after: EventCursor) {
    enrollmentChanged(filter: $filter, after: $after) {
      cursor
      change
      enrollmentId
      enrollment {
        ...Row
      }
    }
  }
`);
