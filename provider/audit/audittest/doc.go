// Package audittest has a gate for tests of packages whose changes pass one: it keeps records in
// memory, and has no transactions.
package audittest
