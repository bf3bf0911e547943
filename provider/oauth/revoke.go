package oauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// tokenRevoker ends a token for the client it was issued to. It returns
// grant.ErrNotYours, and nil for what is no good token.
type tokenRevoker interface {
	Revoke(ctx context.Context, clientID, text string) error
}

// Revoker ends tokens at their client's wish (RFC 7009).
type Revoker struct {
	authenticator *Authenticator
	tokens        tokenRevoker
}

// NewRevoker makes a Revoker.
func NewRevoker(a *Authenticator, tokens tokenRevoker) *Revoker {
	return &Revoker{authenticator: a, tokens: tokens}
}

// Revoke carries out a request whose form has been parsed. When it returns nil, the
// token is not good any more, for certain: an error of the database is an error here, and
// becomes a 503 that tells the client to try again (RFC 7009 section 2.2.1). fosite
// answers 200 then, and leaves the token valid (fosite.md 4).
func (v *Revoker) Revoke(ctx context.Context, r *http.Request) error {
	caller, err := v.authenticator.Authenticate(ctx, r)
	if err != nil {
		return err
	}
	text := r.PostForm.Get("token")
	if text == "" {
		return refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter token is missing.").For(caller.ID)
	}
	err = v.tokens.Revoke(ctx, caller.ID, text)
	if errors.Is(err, grant.ErrNotYours) {
		return refusal.New(refusal.InvalidGrant, refusal.CheckTokenClient,
			"The token was issued to another client.").For(caller.ID).Because(err)
	}
	return err
}
