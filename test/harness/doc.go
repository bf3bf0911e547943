// Package harness holds what test/e2e and test/chaos share to run the real binary.
package harness
