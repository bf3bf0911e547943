// Package password owns the slow hash of secrets that people choose.
//
// It hashes with argon2id and verifies a bounded number at once: each computation
// takes 19 MiB and some 25 ms of a core, so without the bound a burst of wrong
// passwords would take the memory and the time of everybody else. It does not know
// whose secret it is, and does not decide which secrets are good enough.
//
// Secrets that a machine made (256 random bits) need no slow hash; packages client and
// token keep those.
package password
