package oauth

import (
	"time"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// exchange takes the place of fosite's session: it carries what the parts of one request pass to
// each other. Nothing of it is stored.
type exchange struct {
	// prepared is what a grant of the token endpoint will issue.
	prepared *grant.Prepared
	// idToken is returned with it; empty: none.
	idToken string
	// inspected is the presented token; nil: it is not active.
	inspected *inspected
	// fault is the error that kept a token from being inspected. fosite would turn it into an error
	// of its own.
	fault error
}

// inspected is an active token.
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

// exchangeOf returns the exchange of fosite's request.
func exchangeOf(r fosite.Requester) *exchange {
	x, _ := r.GetSession().(*exchange)
	return x
}
