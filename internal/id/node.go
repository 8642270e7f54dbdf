package id

// Node is anything with a public id. The schema's interface has no other field,
// and each type that implements it has its id as a field; Go needs no method
// for that.
type Node any
