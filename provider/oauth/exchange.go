package oauth

import (
	"time"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// exchange stands in the place of fosite's session: what the parts of one request hand to each
// other. Nothing of it is stored.
type exchange struct {
	// prepared is what a grant of the token endpoint will issue.
	prepared *grant.Prepared
	// idToken goes out beside it; empty: none.
	idToken string
	// code is what an authorization code will be bound to.
	code grant.Code
	// inspected is what a presented token is good for; nil: nothing.
	inspected *inspected
	// fault kept a token from being inspected. fosite would wrap it into an answer of its own.
	fault error
}

// inspected is a good token.
type inspected struct {
	token  *grant.Token
	grant  *grant.Grant
	client *client.Client // that it was issued to
}

// SetExpiresAt is part of fosite.Session.
func (*exchange) SetExpiresAt(fosite.TokenType, time.Time) {}

// GetExpiresAt is part of fosite.Session.
func (*exchange) GetExpiresAt(fosite.TokenType) time.Time { return time.Time{} }

// GetUsername is part of fosite.Session.
func (*exchange) GetUsername() string { return "" }

// GetSubject is part of fosite.Session.
func (*exchange) GetSubject() string { return "" }

// Clone is part of fosite.Session.
func (x *exchange) Clone() fosite.Session { return x }

// exchangeOf takes ours out of fosite's request.
func exchangeOf(r fosite.Requester) *exchange {
	x, _ := r.GetSession().(*exchange)
	return x
}
