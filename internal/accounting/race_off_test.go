//go:build !race

package accounting

const defaultChecks = checks
