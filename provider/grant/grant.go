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
	// User is read along with the grant where what is issued tells of the person; else nil.
	User *account.User
	// Subject is that of the user; empty stands for the user's id. CreateGrant takes it from
	// the user itself.
	Subject string
	// UserGeneration is that of the user as verified, for CreateGrant alone: it is not kept.
	UserGeneration int64
	// SessionID is the sign-in session in which it was agreed to.
	SessionID provider.ID
	// AuthTime, ACR and AMR say how the person proved who they are.
	AuthTime *time.Time
	ACR      string
	AMR      []string
	// Claims is what the claims parameter asked for (OpenID Connect Core section 5.5).
	Claims string
	// ClaimsAgreed: Claims was reduced to what the client may ask for, and agreed to. Without
	// it, it is the parameter as it came, of a grant from before anybody was asked about it.
	ClaimsAgreed bool
	// Offline: it outlives the sign-out (offline_access).
	Offline  bool
	Scopes   []string
	Audience []string
	// StandingKey is set for a standing grant: the digest of client, scopes and
	// audience, by which it is found again. At most one live grant has it.
	StandingKey []byte
	CreatedAt   time.Time
	// ExpiresAt ends the grant by itself; a standing grant has none.
	ExpiresAt *time.Time
	// EndedAt is when it was ended before its time.
	EndedAt *time.Time
}

// Live tells whether anything issued under the grant can still be good.
func (g *Grant) Live(now time.Time) bool {
	return g.EndedAt == nil && (g.ExpiresAt == nil || now.Before(*g.ExpiresAt))
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
	// NextID is the issuance that the refresh token was spent for; zero: it was not. The
	// time in it is when that was.
	NextID provider.ID
	// Scopes and Audience are those of the access token where it has fewer than its grant;
	// nil stands for the grant's.
	Scopes   []string
	Audience []string
}

// narrow makes g what the access token was issued for: some of the grant, or all of it.
func (t *Token) narrow(g *Grant) {
	if t.Scopes != nil {
		g.Scopes = t.Scopes
	}
	if t.Audience != nil {
		g.Audience = t.Audience
	}
}

// ErrInactive: there is no such token, or it is not good any more. The caller is not
// told which: RFC 7662 section 2.2 asks for no further detail.
var ErrInactive = errors.New("token inactive")

// ErrNotYours: the token was issued to another client (RFC 7009 section 2.1).
var ErrNotYours = errors.New("token was issued to another client")
