// Package chain owns the hash chain over the audit log: it makes a later change of the log visible.
//
//	append        rows get a MAC and no place in the chain: concurrent acts do not wait for each other
//	              (authenticator.go)
//	seal          each second a background job gives new rows a sequence number and a hash over the
//	              hash before, the number and every column (sealer.go, entry.go)
//	sign          at most each minute (or each 10,000 records) it signs the last number and hash: a
//	              checkpoint (checkpoint.go, signature.go, keys.go)
//	retain        old rows are removed up to a checkpoint, which is signed again as the beginning of
//	              what is left (retention.go)
//	verify        walks all of it and names the first row that is not what was sealed (verify.go,
//	              walk.go, diagnose.go)
//
// Decisions
//
//   - The order of the chain is the order of sealing. Ids are ordered by the time of the act, but
//     transactions commit in any order: a row with an older id may appear later, and is sealed then.
//
//   - The hash has no key: whoever has the rows can check it. The signature is what an attacker who
//     can write to the database cannot make; the key is sealed in the database (package keyring).
//
//   - Two sealers at once do no harm: a number is given once, and a row is sealed once. The lease of
//     the job only saves them the attempt.
//
//   - A checkpoint counts more than a row: when the last rows are missing, the chain goes on after
//     the checkpoint, and the gap stays visible.
//
//   - A server remembers the end of the chain that it saw. Somebody who removes the last rows and
//     checkpoints does not get the rest signed by it (seen.go).
//
//   - The MAC is made with a key that is derived from the signing key. It shows that a server wrote the
//     row. It does not depend on the chain, which somebody may remove for a server to make anew.
//
// What it cannot show: that a row was removed before a checkpoint covered it, that rows were removed
// together with the chain after them (the time of the new signatures hints at it), and that the
// whole log was replaced by an older copy of itself. A checkpoint that is kept elsewhere shows the
// latter two.
package chain
