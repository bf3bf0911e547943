package grant

import (
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Grant is what was authorized.
type Grant struct {
	ID       provider.ID
	ClientID string
	// UserID is zero for a grant of the client itself.
	UserID provider.ID
	// User is read with the grant where the tokens have claims about the user; else nil.
	User *account.User
	// Subject is that of the user; empty means the user's id. CreateGrant reads it from the user.
	Subject string
	// UserGeneration is that of the user as authenticated, for CreateGrant alone: it is not stored.
	UserGeneration int64
	// SessionID is the sign-in session in which the user agreed to it.
	SessionID provider.ID
	// SID is the session in which the user agreed, if SessionID has replaced that since; else zero.
	SID provider.ID
	// AuthTime, ACR and AMR say when and how the user was authenticated.
	AuthTime *time.Time
	ACR      string
	AMR      []string
	// Claims is what the claims parameter requested (OpenID Connect Core section 5.5).
	Claims string
	// ClaimsAgreed: Claims was reduced to what the client may request, and the user agreed to it.
	// Without it Claims is the unchanged parameter of a grant from before consent covered it.
	ClaimsAgreed bool
	// Offline: it outlives the sign-out (offline_access).
	Offline  bool
	Scopes   []string
	Audience []string
	// StandingKey is set for a standing grant: the digest of client, scopes and audience, by which
	// it is found. At most one live grant has it.
	StandingKey []byte
	CreatedAt   time.Time
	// ExpiresAt ends the grant by itself; a standing grant has none.
	ExpiresAt *time.Time
	// EndedAt is when it was revoked before it expired.
	EndedAt *time.Time
}

// Live tells whether tokens of the grant can still be active.
func (g *Grant) Live(now time.Time) bool {
	return g.EndedAt == nil && (g.ExpiresAt == nil || now.Before(*g.ExpiresAt))
}

// SessionName is what ID tokens of the grant call its session, for as long as it lasts: the first name.
// The client knows the session by it when that ends. It is zero where there is no session.
func (g *Grant) SessionName() provider.ID {
	if !g.SID.IsZero() {
		return g.SID
	}
	return g.SessionID
}

// Token is one issuance under a grant.
type Token struct {
	ID      provider.ID
	GrantID provider.ID
	// AccessHash is the keyed hash of the access token, as the keyring makes it.
	AccessHash      []byte
	IssuedAt        time.Time
	AccessExpiresAt time.Time
	// RevokedAt is when this access token was revoked on its own.
	RevokedAt *time.Time
	// RefreshHash is the keyed hash of the refresh token issued beside it; empty: none.
	RefreshHash      []byte
	RefreshExpiresAt *time.Time
	// NextID is the issuance that the refresh token was exchanged for; zero: it was not used. The
	// id contains the time of that.
	NextID provider.ID
	// Scopes and Audience are those of the access token where it has fewer than its grant;
	// nil means those of the grant.
	Scopes   []string
	Audience []string
}

// narrow reduces g to what the access token was issued for.
func (t *Token) narrow(g *Grant) {
	if t.Scopes != nil {
		g.Scopes = t.Scopes
	}
	if t.Audience != nil {
		g.Audience = t.Audience
	}
}

// ErrInactive: there is no such token, or it is no longer active. It does not say which: RFC 7662
// section 2.2 wants no further detail.
var ErrInactive = errors.New("token inactive")

// ErrNotYours: the token was issued to another client (RFC 7009 section 2.1).
var ErrNotYours = errors.New("token was issued to another client")
