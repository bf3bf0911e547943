// Package keyring owns the keys that Gatehouse hashes and seals with, and the one secret that
// protects them.
//
//	GATEHOUSE_SECRET --HKDF--> sealing key --seals--> data keys, one or more per Purpose
//	                                                    |
//	                                 +------------------+------------------+
//	                               MAC                Seal               Derive
//	                      key id, HMAC-SHA-256   key id, nonce,       HKDF-SHA-256
//	                                             XChaCha20-Poly1305
//
// The secret is only used to seal the data keys. Changing it therefore reseals a handful of rows
// and invalidates no token, session or signing key: start with the new secret as current and the
// old one among the previous ones, and remove that one after all servers have restarted.
//
// Every hash and every sealed value begins with the id of its data key, so a purpose can have
// several: the newest makes new values, all of them verify. Rotate adds one, which every process
// reads some time before it is used; Retire removes those whose values have all expired. Values
// with a longer life, private keys and secrets, are resealed by the packages that own them. A value that must
// never change, as the pairwise subject of a user, comes from a purpose that keeps its one data key
// (Key.Permanent): who leaks that lets others link what applications know, and no rotation can mend it.
//
// Decisions
//
//   - A data key is never used directly. MAC, Seal and Derive each have a subkey, so a leak of
//     one subkey does not affect the others.
//   - Sealing binds the purpose and the caller's context (additional data): a sealed value that
//     is moved to another row or another purpose does not open.
//   - Nonces are 192 bits and random, so replicas need no shared counter.
//
// The package does not store: storage implements Store. It does not know what is hashed or sealed,
// and makes no signatures (package keys does, and seals its keys here).
package keyring
