// Package e2e tries the built binary as people do: from a browser and from a
// terminal. Everything in it is a test behind the build tag e2e, because it needs
// a Chromium, OpenSSL, and what npm gets: axe-core, and what the example page is
// built with:
//
//	make e2e
//
// Each test makes what it needs through the API, in a business unit of its own, so
// that none depends on the demo organisation. TestStories is the longest: invitations
// and requests from their beginning to certificates that other programs accept, and a
// search of all that is left of them for their secrets. TestTheExamplePage builds
// examples/inventory and plays an afternoon with it. Screenshots of what a person
// sees go to the folder that GATEHOUSE_E2E_SCREENSHOTS names, else to one under the
// system's folder for temporary files, which the output names.
package e2e
