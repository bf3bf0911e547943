package console

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// mostFound is how many users and clients each are found whose name begins with a text.
const mostFound = 8

// findError recognizes an error id, or the address of one.
func (c *Console) findError(_ context.Context, text string, found *findings) error {
	id := refusal.IDIn(text)
	record, err := c.Refusals.Open(id)
	if errors.Is(err, refusal.ErrUnknownID) {
		return nil
	}
	if err != nil {
		return err
	}
	found.Matches = append(found.Matches, match{Kind: "error", Name: string(record.Code), Path: pathOfError(id)})
	return nil
}

func (c *Console) findSession(ctx context.Context, text string, found *findings) error {
	id, err := provider.ParseID(strings.ToLower(text))
	if err != nil {
		return nil
	}
	return c.findSessionID(ctx, id, found)
}

func (c *Console) findSessionID(ctx context.Context, id provider.ID, found *findings) error {
	s, err := c.Sessions.Get(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found.Matches = append(found.Matches, match{Kind: "session", Name: s.User.Username, Path: sessionsPath + "/" + id.String()})
	return nil
}

func (c *Console) findRecord(ctx context.Context, text string, found *findings) error {
	id, err := provider.ParseID(strings.ToLower(text))
	if err != nil {
		return nil
	}
	e, err := c.Audit.Entry(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	found.Matches = append(found.Matches, match{Kind: "record", Name: string(e.Record.Action), Path: auditPath + "/" + id.String()})
	return nil
}

// findClient finds the client with an id, or those whose name or id begins with a text.
func (c *Console) findClient(ctx context.Context, text string, found *findings) error {
	if !named(text) {
		return nil
	}
	one, err := c.Clients.Client(ctx, text)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	list := []*client.Client{one}
	if one == nil {
		if list, err = c.Clients.FindClients(ctx, client.Filter{Search: text}, mostFound); err != nil {
			return err
		}
	}
	for _, one := range list {
		found.Matches = append(found.Matches, match{Kind: "client", Name: one.Name, Path: clientPath(one.ID)})
	}
	return nil
}

// findUser finds users by id, subject, user name or email address, and those whose name or address begins with a text.
func (c *Console) findUser(ctx context.Context, text string, found *findings) error {
	if !named(text) {
		return nil
	}
	exact, err := c.userNamed(ctx, text)
	if err != nil {
		return err
	}
	if exact != nil {
		found.Matches = append(found.Matches, match{Kind: "user", Name: exact.Username, Path: userPath(exact)})
		return nil
	}
	if _, err := provider.ParseID(strings.ToLower(text)); err == nil {
		return nil // no name begins with the id of something else
	}
	others, err := c.Users.Users(ctx, account.Filter{Search: text}, mostFound)
	for _, u := range others {
		found.Matches = append(found.Matches, match{Kind: "user", Name: u.Username, Path: userPath(u)})
	}
	return err
}

// named tells whether a text can be the name of something: what is longer is not looked up.
func named(text string) bool {
	return len(text) <= 255 && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
