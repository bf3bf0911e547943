// Package verification owns proofs that a person controls an email address or a phone number: the
// requests that are open, their codes, and how often a code may be tried. What follows from a proof is
// decided elsewhere (package account).
//
// A code is never stored. It is derived from the id, the purpose and the address of its verification
// under a data key, so that it is the same when it is sent again, and is worth nothing for another
// address or purpose. Each try is counted before it is compared, and a verification is used once, in the
// transaction of what follows from it.
package verification
