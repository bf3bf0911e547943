package grant

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Lifetimes are those of the provider; a client may override most of them.
type Lifetimes struct {
	// Code is how long an authorization code can be exchanged.
	Code time.Duration
	// Access is how long an access token is valid.
	Access time.Duration
	// RefreshIdle is how long a refresh token is valid without being used.
	RefreshIdle time.Duration
	// Refresh is the absolute lifetime of refreshing (OWASP ASVS 10.4.8).
	Refresh time.Duration
	// SessionIdle is how long a sign-in session lasts without a visit: grants that end with the
	// session end then too.
	SessionIdle time.Duration
}

// DefaultLifetimes are the defaults of the provider.
func DefaultLifetimes() Lifetimes {
	const day = 24 * time.Hour
	return Lifetimes{Code: time.Minute, Access: time.Hour, RefreshIdle: 30 * day, Refresh: 90 * day, SessionIdle: 8 * time.Hour}
}

// AccessOf is how long an access token of the client is valid.
func (l Lifetimes) AccessOf(c *client.Client) time.Duration {
	return or(c.AccessTokenLifetime, l.Access)
}

// RefreshOf is the absolute lifetime of refreshing by the client.
func (l Lifetimes) RefreshOf(c *client.Client) time.Duration {
	return or(c.RefreshTokenLifetime, l.Refresh)
}

// withoutRefresh bounds a grant without refresh tokens: no token of it lives longer.
const withoutRefresh = 24 * time.Hour

// grant is how long a grant to the client lives.
func (l Lifetimes) grant(c *client.Client) time.Duration {
	if !c.MayUse(client.RefreshToken) {
		return withoutRefresh
	}
	return l.RefreshOf(c)
}

func or(own, general time.Duration) time.Duration {
	if own > 0 {
		return own
	}
	return general
}

// earlier is the first of two times; nil means never.
func earlier(at time.Time, other *time.Time) time.Time {
	if other != nil && other.Before(at) {
		return *other
	}
	return at
}
