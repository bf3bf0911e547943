package grant

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Details is an issuance with what an administrator asks of one. Username is left out: whoever shows it reads the user.
type Details struct {
	Listed

	// Refreshable: the grant has a refresh token that was not replaced, so that RevokeID ends all of the grant.
	Refreshable bool
}

// Get returns the issuance with the given id, whatever its state, or provider.ErrNotFound. It takes two statements.
func (i *Inspector) Get(ctx context.Context, id provider.ID) (Details, error) {
	t, g, err := i.store.TokenWithGrant(ctx, id)
	if err != nil {
		return Details{}, fmt.Errorf("read token: %w", err)
	}
	d := Details{Listed: Listed{Token: *t, Grant: *g}}
	if d.Refreshable, err = i.refreshable(ctx, g); err != nil {
		return Details{}, err
	}
	d.Token.narrow(&d.Grant)
	return d, nil
}

// refreshable tells whether a grant has a refresh token that was not replaced. A client gets none for itself, and may have
// a million tokens under one grant, which are not looked through.
func (i *Inspector) refreshable(ctx context.Context, g *Grant) (bool, error) {
	if g.UserID.IsZero() {
		return false, nil
	}
	has, err := i.store.Refreshable(ctx, g.ID)
	if err != nil {
		return false, fmt.Errorf("read refresh tokens: %w", err)
	}
	return has, nil
}

// Identify tells which issuance a text is the access or refresh token of, whatever its state, or returns ErrInactive. A
// text is identified by all of it: whoever knows no more than the id in a token learns nothing.
func (i *Inspector) Identify(ctx context.Context, text string) (provider.ID, token.Kind, error) {
	t, _, kind, err := i.present(ctx, text)
	if err != nil {
		return provider.ID{}, "", err
	}
	return t.ID, kind, nil
}
