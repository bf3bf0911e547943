// Package password owns the slow hash of secrets that people choose.
//
// It hashes with argon2id, verifies the hashes of other systems as well, and bounds the number of concurrent hashes: each takes 19 MiB and some
// 25 ms of a core, so without the bound a burst of wrong passwords would take all memory and
// processor time. It does not know whose secret it is, and does not decide which secrets are
// strong enough.
//
// Generated secrets (256 random bits) need no slow hash; packages client and token hash those.
package password
