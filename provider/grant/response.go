package grant

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Response is what the authorization endpoint issues itself.
type Response struct {
	AccessToken bool
	// Code: it is beside a code, which leads to more tokens.
	Code bool
}

// ForResponse prepares a response of the authorization endpoint under a grant that is being approved.
// It never has a refresh token (RFC 6749 section 4.2.2). The access token is stored after Approve, in
// its transaction.
func (i *Issuer) ForResponse(ctx context.Context, c *client.Client, g *Grant, r Response) (*Prepared, error) {
	lives := i.lifetimes.grant(c)
	if !r.Code {
		lives = min(lives, withoutRefresh)
	}
	ends := i.clock.Now(ctx).Add(lives)
	g.ExpiresAt = &ends
	if !r.AccessToken {
		return &Prepared{Issued: Issued{Scopes: g.Scopes}, Grant: g}, nil
	}
	p, err := i.prepare(ctx, c, g, draft{})
	if err != nil {
		return nil, err
	}
	p.ended = func() error { return ErrInactive }
	return p, nil
}
