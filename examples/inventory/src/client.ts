import { retryExchange } from "@urql/exchange-retry";
import { createClient as createLink } from "graphql-ws";
import { cacheExchange, Client, fetchExchange, mapExchange, subscriptionExchange } from "urql";

import type { Session } from "./session";

/** One client for queries and mutations over HTTP, and for subscriptions over one WebSocket.
 * When the token has ended, or is not good, `onSignedOut` is called. */
export function createClient(session: Session, onSignedOut: () => void): Client {
  const authorization = `Bearer ${session.token}`;
  const socket = createLink({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
    connectionParams: { Authorization: authorization },
    retryAttempts: 10,
  });
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: { headers: { authorization } },
    exchanges: [
      mapExchange({
        onError: (error) => {
          if (error.graphQLErrors.some(({ extensions }) => extensions.code === "UNAUTHENTICATED")) onSignedOut();
        },
      }),
      cacheExchange,
      // An answer that was lost is asked for again: where a repeat does nothing twice.
      retryExchange({
        retryIf: ({ networkError }, { kind, variables }) => !!networkError && (kind === "query" || !!variables?.input?.idempotencyKey),
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => {
            // A broken socket is opened again by graphql-ws, which sends this payload again:
            // with the cursor of the last message, so that nothing is missed meanwhile.
            const variables: Record<string, unknown> = { ...operation.variables };
            const next: typeof sink.next = (result) => {
              const [message] = Object.values((result.data ?? {}) as Record<string, { cursor?: string } | undefined>);
              if (message?.cursor) variables.after = message.cursor;
              sink.next(result);
            };
            return { unsubscribe: socket.subscribe({ ...operation, query: operation.query ?? "", variables }, { ...sink, next }) };
          },
        }),
      }),
    ],
  });
}

/** The sentence to show for an error, empty for none. The server's own are written for people. */
export function sentence(error?: { message: string; graphQLErrors: { message: string }[] }): string {
  return error?.graphQLErrors[0]?.message ?? error?.message ?? "";
}
