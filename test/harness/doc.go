// Package harness is what tests that run the real binary have in common, whether they look at
// one server or experiment with several.
package harness
