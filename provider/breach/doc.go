// Package breach owns the question whether a password is known from a theft at another site. It does not
// decide what follows (package account).
//
//	Passwords   the question, which always has an answer
//	File        a list that the operator downloaded: hashes in order, searched where they are
//	Range       a service that is told the first 5 of the 40 digits of the hash (k-anonymity)
//
// # Decisions
//
// A password that could not be looked up is accepted: the list is one defense of several, and a service
// of somebody else must not decide whether people can register. It is counted and logged, without a
// digit of the hash.
//
// SHA-1 is what the lists have. It protects nothing here.
package breach
