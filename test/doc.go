// Package test holds the tests of the project as a whole: here the rules of its structure,
// below it the ones that run the real binary.
package test
