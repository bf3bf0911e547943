package console

import (
	"context"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// findRegistration recognizes an initial access token, its id, and the token by which a client manages its
// registration.
func (c *Console) findRegistration(ctx context.Context, text string, found *findings) error {
	if own, err := token.Parse(text); err == nil {
		switch own.Kind {
		case token.Initial:
			err = c.findRegistrationToken(ctx, own.ID, found)
		case token.Registration:
			err = c.findClient(ctx, own.ID.String(), found)
		default:
			return nil
		}
		if found.Credential = true; len(found.Matches) == 0 {
			found.Hint = "foreign"
		}
		return err
	}
	id, err := provider.ParseID(strings.ToLower(text))
	if err != nil {
		return nil
	}
	return c.findRegistrationToken(ctx, id, found)
}

func (c *Console) findRegistrationToken(ctx context.Context, id provider.ID, found *findings) error {
	t, err := c.RegistrationTokens.Get(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found.Matches = append(found.Matches, match{Kind: "registration_token", Name: listedRegistrationToken{InitialToken: *t}.Name(), Path: registrationTokenPath(id)})
	return nil
}
