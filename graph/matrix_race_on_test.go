//go:build race

package graph_test

// raced: the race detector makes each cell of a matrix, and each document of a walk,
// five times as dear.
const raced = true
