package chain

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Entry is a stored record with its place in the chain.
type Entry struct {
	// Record is the record without its Changes.
	Record audit.Record
	// Changes are those of the record as they are stored: parsing and writing them again could
	// give other bytes.
	Changes string
	// Sequence is the number in the chain, from 1, and Hash the value of the chain there. They are
	// zero before the record is sealed.
	Sequence int64
	Hash     []byte
}

// zero is the value of the chain before the first record.
func zero() []byte { return make([]byte, sha256.Size) }

// after is the value of the chain when the entry gets the number after the previous value. Every
// column is part of it, each with its length, so that no byte can move from one to the next.
func (e *Entry) after(previous []byte, sequence int64) []byte {
	h := sha256.New()
	write(h, []byte("gatehouse audit record v1"))
	write(h, previous)
	number(h, sequence)
	e.columns(h)
	return h.Sum(nil)
}

// columns are those that are known when the record is appended.
func (e *Entry) columns(h hash.Hash) {
	r := &e.Record
	write(h, r.ID[:])
	number(h, r.At.UnixMicro()) // the resolution of both databases
	for _, text := range []string{
		string(r.Actor.Kind), r.Actor.ID, r.Actor.ClientID, r.Actor.Host, r.Actor.Address, r.Actor.UserAgent, r.Actor.RequestID,
		string(r.Action), string(r.Target.Type), r.Target.ID, r.Target.ClientID, r.Target.UserID, e.Changes, string(r.Outcome),
	} {
		write(h, []byte(text))
	}
}

// A hash never returns an error.

func write(h hash.Hash, part []byte) {
	number(h, int64(len(part)))
	h.Write(part)
}

func number(h hash.Hash, n int64) {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(n)) //nolint:gosec // the bits matter, not the sign
	h.Write(raw[:])
}
