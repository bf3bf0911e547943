// Package keyring owns the keys that Gatehouse hashes and seals with, and the one secret
// that guards them.
//
//	GATEHOUSE_SECRET --HKDF--> sealing key --seals--> data keys, one or more per Purpose
//	                                                    |
//	                                 +------------------+------------------+
//	                               MAC                Seal               Derive
//	                      key id, HMAC-SHA-256   key id, nonce,       HKDF-SHA-256
//	                                             XChaCha20-Poly1305
//
// The secret touches nothing but the data keys. Changing it therefore seals a handful
// of rows again and invalidates no token, no session and no signing key: start with the
// new secret as current and the old one among the previous, and drop that one after.
//
// Every hash and every sealed value begins with the id of the data key behind it, so
// a purpose can have several: the newest makes new values, all of them verify. Rotate adds
// one, which every process knows some time before it is used; Retire removes those of which
// nothing can be left. What is kept for longer, private keys and secrets, its owners seal again.
//
// Decisions
//
//   - A data key is never used itself. MAC, Seal and Derive have a subkey each, so what
//     one of them gives away says nothing about the others.
//   - Sealing binds the purpose and the caller's context (additional data): a sealed
//     value that somebody moves to another row or another use does not open.
//   - Nonces are 192 bits and random, so replicas need not agree on a counter.
//
// The package does not store: storage implements Store. It does not know what is hashed
// or sealed, and makes no signatures (package keys does, and seals its keys here).
package keyring
