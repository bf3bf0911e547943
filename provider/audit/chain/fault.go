package chain

import (
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
)

// ErrTampered: the log is not what was sealed. The error is a *Fault.
var ErrTampered = errors.New("the audit log was tampered with")

// Kind is what is wrong with the log.
type Kind string

// The kinds of faults.
const (
	Changed   Kind = "changed"
	Removed   Kind = "removed"
	Reordered Kind = "reordered"
	Inserted  Kind = "inserted"
	Rewritten Kind = "rewritten" // records and all hashes after them, up to a checkpoint
	Forged    Kind = "forged"    // a checkpoint
	Replaced  Kind = "replaced"  // a key
	Unsealed  Kind = "unsealed"
	Unsigned  Kind = "unsigned"
	Wiped     Kind = "wiped"     // all of it
	Shortened Kind = "shortened" // a server has seen more of the chain than there is
	// Unauthenticated: a record does not show that a server wrote it.
	Unauthenticated Kind = "unauthenticated"
	// Invented: a result of a verification that no server wrote.
	Invented Kind = "invented"
)

// Fault is the first thing that is wrong with the log.
type Fault struct {
	Kind Kind
	// Sequence is the number of the record or checkpoint, Through the last one where it is several. Of
	// what was rewritten before a checkpoint that was kept elsewhere, the first number is not known: 0.
	Sequence, Through int64
	// ID is the record, Other the one that belongs in its place.
	ID, Other provider.ID
	KeyID     string
	// Missing tells that an unauthenticated record has no MAC at all.
	Missing bool
	// Given: it is about the checkpoint that was given, and not about the log.
	Given bool
}

// Unwrap returns ErrTampered, unless the record only waits.
func (f *Fault) Unwrap() error {
	if f.Kind == Unsealed {
		return nil
	}
	return ErrTampered
}

// Error is one sentence that names the first record, checkpoint or key.
func (f *Fault) Error() string {
	switch f.Kind {
	case Changed:
		return fmt.Sprintf("record %d (%s) was changed after it was sealed", f.Sequence, f.ID)
	case Removed:
		return fmt.Sprintf("%s removed", f.records())
	case Reordered:
		return fmt.Sprintf("record %d (%s) was reordered: %s was sealed in its place", f.Sequence, f.ID, f.Other)
	case Inserted:
		return fmt.Sprintf("record %d (%s) was inserted among records that were sealed", f.Sequence, f.ID)
	case Rewritten:
		if f.Sequence == 0 {
			return fmt.Sprintf("records up to %d were rewritten: the checkpoint that was kept was signed for others", f.Through)
		}
		return fmt.Sprintf("%s rewritten: the checkpoint at %d was signed for others", f.records(), f.Through)
	case Forged:
		return fmt.Sprintf("the checkpoint at record %d is forged: none of the audit keys signed it (key id %q)", f.Sequence, f.KeyID)
	case Replaced:
		return fmt.Sprintf("the audit key %q was replaced: it does not open", f.KeyID)
	case Unsealed:
		return fmt.Sprintf("record %s is older than a minute and not sealed: a running server seals records each second", f.ID)
	case Unsigned:
		return fmt.Sprintf("no checkpoint covers record %d (%s): a running server signs one each minute, or it was removed", f.Sequence, f.ID)
	case Wiped:
		return fmt.Sprintf("there is neither a record nor a checkpoint beside the audit key %q: all were removed, unless nothing was ever done with this database", f.KeyID)
	case Shortened:
		return fmt.Sprintf("the log is not the one that this server has seen up to record %d: it was tampered with, or restored while the server ran", f.Sequence)
	case Invented:
		return "the result of the last verification was not written by a server of this database"
	case Unauthenticated:
		which := fmt.Sprintf("record %d (%s)", f.Sequence, f.ID)
		if f.Sequence == 0 {
			which = fmt.Sprintf("record %s, which is not sealed yet,", f.ID)
		}
		if f.Missing {
			return which + " has no proof that a server wrote it: it was inserted into the database, or written by a version from before records had one"
		}
		return which + " was not written by a server of this database, or changed before it was sealed"
	default:
		return string(f.Kind)
	}
}

func (f *Fault) records() string {
	if f.Through <= f.Sequence {
		return fmt.Sprintf("record %d was", f.Sequence)
	}
	return fmt.Sprintf("records %d to %d were", f.Sequence, f.Through)
}
