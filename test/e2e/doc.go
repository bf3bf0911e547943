// Package e2e tests the real binary from outside, on both databases: started as an
// operator starts it, asked as applications and resource servers ask it.
package e2e
