// Package e2e tests the real binary on both databases over its public interfaces: the command
// line of an operator, and the requests of browsers, applications and resource servers.
package e2e
