//go:build race

package accounting

const defaultChecks = checksRace
