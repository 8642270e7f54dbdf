// GraphiQL with our tabs, and a fetcher that adds the token of window.session.
(function () {
  "use strict";

  // GraphiQL adds one style element of its own, when a dialogue hides the page's
  // scroll bar. It looks for its nonce under this name.
  window.__webpack_nonce__ = document.body.dataset.styleNonce;

  const tabs = JSON.parse(document.getElementById("tabs").textContent);

  async function fetcher(params) {
    const token = await window.session.token();
    const headers = { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" };
    if (token) headers.Authorization = "Bearer " + token;
    let response;
    try {
      response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(params), cache: "no-store" });
    } catch {
      return { errors: [{ message: "The server does not answer. Is it still running?" }] };
    }
    try {
      return await response.json();
    } catch {
      return { errors: [{ message: `The server answered with status ${response.status} and no JSON.` }] };
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
