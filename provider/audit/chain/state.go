package chain

import (
	"bytes"
	"time"
)

// Link is the value of the chain after a record.
type Link struct {
	Sequence int64
	Hash     []byte
}

func (l Link) equal(other Link) bool {
	return l.Sequence == other.Sequence && bytes.Equal(l.Hash, other.Hash)
}

// State is the end of the chain.
type State struct {
	// Oldest is when the first record was made that is not sealed; nil when all are.
	Oldest *time.Time
	// Last is the last sealed record; its Sequence is 0 where there is none.
	Last Link
	// Checkpoint is the last one; nil where there is none.
	Checkpoint *Checkpoint
	// Asked is the value at the number that was asked for; nil where there is no such record.
	Asked []byte
}

// signed is the last value that was signed.
func (s *State) signed() Link {
	if s.Checkpoint == nil {
		return Link{Hash: zero()}
	}
	return Link{s.Checkpoint.Sequence, s.Checkpoint.Hash}
}

// head is what the next record follows. Where records before the last checkpoint are missing, the
// chain goes on after it, and the gap shows.
func (s *State) head() Link {
	if signed := s.signed(); signed.Sequence >= s.Last.Sequence {
		return signed
	}
	return s.Last
}

const (
	// signEvery is how often a checkpoint is signed while there is something new.
	signEvery = time.Minute
	// signRecords is after how many records one is signed at once: retention removes no less than
	// what one covers, in one transaction.
	signRecords = 10_000
)

// unsigned tells whether a checkpoint is due.
func (s *State) unsigned(now time.Time) bool {
	fresh := s.Last.Sequence - s.signed().Sequence
	if fresh <= 0 {
		return false
	}
	if s.Checkpoint == nil || fresh >= signRecords {
		return true
	}
	age := now.Sub(s.Checkpoint.At)
	return age >= signEvery || age <= -signEvery // a clock was wrong
}
