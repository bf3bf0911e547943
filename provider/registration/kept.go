package registration

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Kept is what is stored of a registration that a client made itself, beside the client.
type Kept struct {
	ClientID string
	// Hash is that of the token that manages the registration. Until PreviousUntil the one before is
	// accepted too.
	Hash, Previous []byte
	PreviousUntil  *time.Time
	// InitialToken is the token that the client registered with; zero: none. Label is what that says whom it is for,
	// when the registration is read.
	InitialToken provider.ID
	Label        string
	CreatedAt    time.Time
	// DueAt is when to see whether the client is used; nil: it stays in any case.
	DueAt *time.Time
	// Document is the metadata document that the client is from; zero: none. A client that has one has no
	// token.
	Document Document
}

// Document is what is stored of a client ID metadata document.
type Document struct {
	// Hash is the digest of its text.
	Hash []byte
	// ReadAt is when it was read the last time, and FreshUntil until when it need not be read again; nil: it
	// never was.
	ReadAt, FreshUntil *time.Time
}

// InitialToken is an initial access token, as it is stored: without its secret.
type InitialToken struct {
	ID   provider.ID
	Hash []byte
	// Label says whom it is for.
	Label string
	// Scopes and Audience are what its clients may have, and Hosts those of their redirect, login and
	// logout URIs; empty: what the settings say, and any host.
	Scopes, Hosts, Audience []string
	// Vouches: its clients are verified.
	Vouches bool
	// MaxUses is how many clients may register with it; 0: any number. Used is how many have.
	MaxUses, Used        int
	CreatedAt, ExpiresAt time.Time
	RevokedAt            *time.Time
}

// TokenState says whether clients can register with an initial access token, or why not.
type TokenState string

// The states.
const (
	Live    TokenState = "live"
	Revoked TokenState = "revoked"
	Expired TokenState = "expired"
	// UsedUp: as many clients have registered as may.
	UsedUp TokenState = "used_up"
)

// State is that at a time.
func (t *InitialToken) State(now time.Time) TokenState {
	switch {
	case t.RevokedAt != nil:
		return Revoked
	case t.MaxUses > 0 && t.Used >= t.MaxUses:
		return UsedUp
	case !now.Before(t.ExpiresAt):
		return Expired
	default:
		return Live
	}
}

// Live tells whether clients can register with it.
func (t *InitialToken) Live(now time.Time) bool { return t.State(now) == Live }

// Due is a client of which it is to be seen whether it is used.
type Due struct {
	ClientID string
	Trust    client.Trust
	Disabled bool
	// UsedAt is when somebody signed in to it the last time; nil: nobody did. Granted: it has a grant.
	UsedAt  *time.Time
	Granted bool
}

// Store stores registrations. Methods return provider.ErrNotFound.
type Store interface {
	Client(ctx context.Context, id string) (*client.Client, error)
	// LockClient reads a client and locks it until the transaction ends.
	LockClient(ctx context.Context, id string) (*client.Client, error)
	AddRegistration(ctx context.Context, k Kept) error
	Registration(ctx context.Context, clientID string) (*Kept, error)
	// ReplaceToken replaces the token of a registration. The one before is accepted until then.
	ReplaceToken(ctx context.Context, clientID string, hash, previous []byte, previousUntil time.Time) error
	// EndPreviousToken ends the token before the one with the hash, if that is in force still.
	EndPreviousToken(ctx context.Context, clientID string, hash []byte) error
	// KeepDocument replaces what is stored of the document of a registration.
	KeepDocument(ctx context.Context, clientID string, d Document) error
	// CountRegistration counts a registration without a token, in an hour since 1970, for each of the origins.
	CountRegistration(ctx context.Context, origins []string, hour int64) error
	// RegistrationCounts are those of the origins after an hour. One that has none is left out.
	RegistrationCounts(ctx context.Context, origins []string, since int64) (map[string]int, error)
	// OperatorNames are the names of clients that did not register themselves, of the first ones by id up to a number.
	OperatorNames(ctx context.Context, most int) ([]string, error)

	// LockDueRegistrations returns clients that are due, and keeps them from being used until the
	// transaction ends. It leaves those out that are being used.
	LockDueRegistrations(ctx context.Context, now time.Time, limit int) ([]Due, error)
	DeferRegistrations(ctx context.Context, clientIDs []string, due time.Time) error
	// DeleteClients removes clients with all that they have.
	DeleteClients(ctx context.Context, ids []string) error
}

// TokenStore stores initial access tokens. Methods return provider.ErrNotFound.
type TokenStore interface {
	AddInitialToken(ctx context.Context, t InitialToken) error
	InitialToken(ctx context.Context, id provider.ID) (*InitialToken, error)
	// InitialTokens pages through them by id, from after the given one.
	InitialTokens(ctx context.Context, after provider.ID, limit int) ([]InitialToken, error)
	// UseInitialToken counts a use, if the token is live.
	UseInitialToken(ctx context.Context, id provider.ID, now time.Time) error
	// RevokeInitialToken ends a token that was not revoked yet.
	RevokeInitialToken(ctx context.Context, id provider.ID, now time.Time) error
}
