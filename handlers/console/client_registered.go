package console

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// registrations tells how clients registered that did so themselves.
type registrations interface {
	Registration(ctx context.Context, clientID string) (*registration.Kept, error)
}

// registered is how a client registered itself.
type registered struct {
	// Token is the name of the initial access token that it had, and TokenPath the page of that; empty: it had none.
	Token, TokenPath string
	// DueAt is when it leaves unless it is used; nil: it stays in any case.
	DueAt *time.Time
}

// registered is that of a client; nil: it did not register itself.
func (c *Console) registered(ctx context.Context, of *client.Client) (*registered, error) {
	if !of.SelfRegistered() {
		return nil, nil //nolint:nilnil // see above
	}
	kept, err := c.Registrations.Registration(ctx, of.ID)
	if errors.Is(err, provider.ErrNotFound) { // an administrator said so afterwards
		return nil, nil //nolint:nilnil // see above
	}
	if err != nil {
		return nil, err
	}
	how := &registered{}
	if of.Trust == client.Unverified {
		how.DueAt = kept.DueAt
	}
	if kept.InitialToken.IsZero() {
		return how, nil
	}
	how.Token, how.TokenPath = cmp.Or(kept.Label, kept.InitialToken.String()), registrationTokenPath(kept.InitialToken)
	return how, nil
}
