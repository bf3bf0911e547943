// Package test holds the tests of the project as a whole. This package checks the structure
// of the code; the packages below it run the real binary.
package test
