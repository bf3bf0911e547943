package revocation

import (
	"fmt"
	"hash/crc32"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Kind says what was revoked.
type Kind string

// The kinds, and what the target of each is.
const (
	// Token is one access token, by its jti.
	Token Kind = "token"
	// Grant is everything issued under an authorization, by the claim grant_id. A sign-out, a new
	// password and a withdrawn consent end grants.
	Grant Kind = "grant"
	// Client is everything issued to a client, by the claim client_id, up to that time.
	Client Kind = "client"
	// User is everything issued for a user, by the claim sub, up to that time.
	User Kind = "user"
)

// Event is one revocation.
type Event struct {
	Sequence int64
	Kind     Kind
	Target   string
	At       time.Time
	// ExpiresAt is when a token expires that was revoked; zero: it is of another kind, or was revoked by a
	// version that did not say. It is no part of check, or the cursors of such a version would be lost.
	ExpiresAt time.Time
}

// check tells an event from another with the same number, which a database has that was restored. Both
// databases keep microseconds. The zero value, which is the beginning, has the check 0.
func (e Event) check() uint32 {
	if e.Sequence == 0 {
		return 0
	}
	return crc32.ChecksumIEEE(fmt.Appendf(nil, "%s %d %s", e.Kind, e.At.UnixMicro(), e.Target))
}

// Batch is what one statement read.
type Batch struct {
	// Events are in the order of their numbers.
	Events []Event
	// Oldest is the number of the oldest transaction that was in progress.
	Oldest int64
}

// Keep is how long revocations are kept: longer than an access token can be valid.
const Keep = client.MaxTokenLifetime + time.Hour
