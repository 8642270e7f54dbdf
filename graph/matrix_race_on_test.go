//go:build race

package graph_test

// raced: the race detector makes each cell five times as dear.
const raced = true
