// Package door is where GraphQL comes in over HTTP, over server-sent events (sse.go)
// and over websockets (ws.go), and where what is too large is turned away before
// anything walks it twice.
//
// A request passes, in this order: method and media types (media.go), the size
// of the body and its JSON (request.go), the number of tokens, the linear check
// of the document (check.go), validation against the schema, lists inside
// themselves (loops.go), the size of the variables (values.go), the cost (cost.go),
// and only then execution. From the rate of the caller (rate.go) on, which comes
// before the document, the way is the same for every transport (operation.go).
// Everything up to validation is done once per document: document.go remembers the
// ones that passed.
//
// Whatever is refused here is a top-level error with a code and the request id,
// and a sentence that says which limit and by how much (errors.go). What goes
// wrong in execution is put into words by the presenter that is passed in.
package door
