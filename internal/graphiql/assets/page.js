// GraphiQL with our tabs, and a fetcher that adds the token of window.session and
// follows subscriptions.
(function () {
  "use strict";

  // GraphiQL adds one style element of its own, when a dialogue hides the page's
  // scroll bar. It looks for its nonce under this name.
  window.__webpack_nonce__ = document.body.dataset.styleNonce;

  const tabs = JSON.parse(document.getElementById("tabs").textContent);

  async function fetcher(params, more) {
    const token = await window.session.token();
    const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" };
    if (token) headers.Authorization = "Bearer " + token;
    const request = { method: "POST", headers, body: JSON.stringify(params), cache: "no-store" };
    if (subscribes(params, more)) {
      headers.Accept = "text/event-stream";
      return follow(request);
    }
    try {
      return await json(await fetch("/graphql", request));
    } catch {
      return unanswered;
    }
  }

  const unanswered = { errors: [{ message: "The server does not answer. Is it still running?" }] };

  async function json(response) {
    try {
      return await response.json();
    } catch {
      return { errors: [{ message: `The server answered with status ${response.status} and no JSON.` }] };
    }
  }

  // subscribes tells whether the operation to run goes on: GraphiQL has parsed the document.
  function subscribes(params, more) {
    const operations = ((more && more.documentAST) || { definitions: [] }).definitions.filter((d) => d.kind === "OperationDefinition");
    const named = operations.filter((d) => operations.length === 1 || (d.name && d.name.value === params.operationName));
    return named.some((d) => d.operation === "subscription");
  }

  // follow is a subscription as GraphiQL takes one, by server-sent events: it shows
  // each message in the place of the last, until the stream ends or the button is
  // pressed again.
  function follow(request) {
    return {
      subscribe(observer) {
        const stop = new AbortController();
        read(request, stop.signal, observer.next)
          .catch(() => stop.signal.aborted || observer.next(unanswered))
          .finally(() => observer.complete());
        return { unsubscribe: () => stop.abort() };
      },
    };
  }

  async function read(request, signal, next) {
    const response = await fetch("/graphql", { ...request, signal });
    if (!(response.headers.get("Content-Type") || "").startsWith("text/event-stream")) return next(await json(response));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (text + part.value).split("\n\n");
      text = events.pop();
      for (const event of events) {
        const data = event.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
        if (data) next(JSON.parse(data));
      }
    }
  }

  const React = window.React;
  const GraphiQL = window.GraphiQL;
  window.ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(
      GraphiQL,
      {
        fetcher,
        defaultTabs: tabs,
        // What was written stays for this tab of the browser and is gone with it:
        // variables may hold what should not lie on a disk.
        storage: window.sessionStorage,
        // The one header that matters is added above; a field for it would be kept.
        isHeadersEditorEnabled: false,
        shouldPersistHeaders: false,
        showPersistHeadersSettings: false,
        defaultEditorToolsVisibility: "variables",
        inputValueDeprecation: true,
        schemaDescription: true,
      },
      React.createElement(GraphiQL.Logo, null, " "),
    ),
  );
})();
