package resource

import (
	"slices"
	"time"
)

// Requirement is what an endpoint demands of a token. The zero value demands a valid one.
type Requirement struct {
	// Scopes must all be in the token.
	Scopes []string
	// AnyScope: one of these must be.
	AnyScope []string
	// ACR are authentication contexts of which the user's must be one (RFC 9470), in the order in
	// which the client should ask for them.
	ACR []string
	// MaxAge is how long ago the user may have been authenticated (RFC 9470).
	MaxAge time.Duration
	// Optional lets requests without a token through, without a principal.
	Optional bool
}

func (need Requirement) check(p *Principal, o *Options) *Error {
	missing := func(scope string) bool { return !p.Can(scope) }
	switch {
	case slices.ContainsFunc(need.Scopes, missing), len(need.AnyScope) > 0 && !slices.ContainsFunc(need.AnyScope, p.Can):
		e := refuse(ScopeMissing)
		e.Scopes = need.scopes()
		return e
	case len(need.ACR) > 0 && (p.ACR == "" || !slices.Contains(need.ACR, p.ACR)):
		return need.stepUp(AuthenticationTooWeak)
	case need.MaxAge > 0 && (p.AuthTime.IsZero() || o.Clock().Sub(p.AuthTime) > need.MaxAge+o.Leeway):
		return need.stepUp(AuthenticationTooOld)
	}
	return nil
}

// stepUp names both conditions, so that the client asks the user once (RFC 9470 section 3).
func (need Requirement) stepUp(reason Reason) *Error {
	e := refuse(reason)
	e.ACR, e.MaxAge, e.Scopes = need.ACR, need.MaxAge, need.scopes()
	return e
}

// scopes are those that a client should ask for.
func (need Requirement) scopes() []string { return slices.Concat(need.Scopes, need.AnyScope) }
