package console

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// typed is the value of a field without the blanks around it.
func typed(values url.Values, field string) string { return strings.TrimSpace(values.Get(field)) }

// userNamed is the user whom a text names: by id, user name or email address. It returns nil where there is none.
func (c *Console) userNamed(ctx context.Context, text string) (*account.User, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // documented
	}
	if id, err := provider.ParseID(text); err == nil {
		u, err := c.Users.User(ctx, id)
		if errors.Is(err, provider.ErrNotFound) {
			return nil, nil //nolint:nilnil // documented
		}
		return u, err
	}
	of := account.Filter{Username: text}
	if strings.Contains(text, "@") { // which no user name contains
		of = account.Filter{Email: text}
	}
	users, err := c.Users.Users(ctx, of, 1)
	if err != nil || len(users) == 0 {
		return nil, err
	}
	return users[0], nil
}
