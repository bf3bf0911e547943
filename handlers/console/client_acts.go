package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// registry changes clients.
type registry interface {
	Create(ctx context.Context, actor audit.Actor, c *client.Client, secret string) (string, error)
	Update(ctx context.Context, actor audit.Actor, id string, change func(c *client.Client) error) (*client.Client, error)
	RotateSecret(ctx context.Context, actor audit.Actor, id, secret string, terms client.Terms) (client.Secret, string, error)
	EndSecret(ctx context.Context, actor audit.Actor, clientID string, id provider.ID) error
	Delete(ctx context.Context, actor audit.Actor, id string) error
	AllowUser(ctx context.Context, actor audit.Actor, clientID string, userID provider.ID) error
	DisallowUser(ctx context.Context, actor audit.Actor, clientID string, userID provider.ID) error
	AllowGroup(ctx context.Context, actor audit.Actor, clientID, group string) error
	DisallowGroup(ctx context.Context, actor audit.Actor, clientID, group string) error
}

// catalogue has the scopes that users are told about.
type catalogue interface {
	// Ensure adds those that it lacks.
	Ensure(ctx context.Context, actor audit.Actor, names []string) ([]string, error)
	// Unknown are those that it would add as new ones.
	Unknown(ctx context.Context, names []string) ([]string, error)
}

// stateVerified is the value of a form by which an administrator vouches for a client that registered itself.
const stateVerified = "verified"

// serveClientState disables or enables a client, or vouches for one.
func (c *Console) serveClientState(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	if ok, err := c.provenClient(w, r, v, form, registered); !ok {
		return err
	}
	if form.Get("state") == stateVerified {
		verify := func(c *client.Client) error {
			if c.Trust == client.Unverified {
				c.Trust = client.Verified
			}
			return nil
		}
		if _, err := c.Registry.Update(r.Context(), v.actor, registered.ID, verify); err != nil {
			return found(r, err)
		}
		return c.done(w, r, clientPath(registered.ID), said{Done: "client_verified", About: registered.Name})
	}
	disable := form.Get("state") == stateDisabled
	if _, err := c.Registry.Update(r.Context(), v.actor, registered.ID, func(c *client.Client) error { c.Disabled = disable; return nil }); err != nil {
		return found(r, err)
	}
	if disable {
		return c.done(w, r, clientPath(registered.ID), said{Done: "client_disabled", About: registered.Name})
	}
	return c.done(w, r, clientPath(registered.ID), said{Done: "client_enabled", About: registered.Name})
}

// serveClientDeletion deletes a client, after its id was typed.
func (c *Console) serveClientDeletion(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	yes, err := c.confirmed(w, r, v, form, confirmation{shell: shell{Current: clientsPath}, Kind: "delete_client", Name: registered.ID, Typed: true, Back: clientPath(registered.ID)})
	if !yes {
		return err
	}
	if err := c.Registry.Delete(r.Context(), v.actor, registered.ID); err != nil {
		return found(r, err)
	}
	return c.done(w, r, clientsPath, said{Done: "client_deleted", About: registered.Name})
}

// clientOverlaps are how long the older secrets of a client stay valid beside a new one.
func clientOverlaps() map[string]time.Duration {
	const day = hoursOfDay * time.Hour
	return map[string]time.Duration{"now": 0, "day": day, "week": 7 * day, "month": 30 * day}
}

// secretDaysField is the field with the days that a new secret is valid.
const secretDaysField = "expires_in_days"

// mostSecretDays bounds them, as the management API does.
const mostSecretDays = 3650

// secretLifetime is that of a new secret; 0: until it is replaced.
func secretLifetime(days string) (lifetime time.Duration, ok bool) {
	if days == "" {
		return 0, true
	}
	n, err := strconv.Atoi(days)
	return time.Duration(n) * hoursOfDay * time.Hour, err == nil && 1 <= n && n <= mostSecretDays
}

// refusedSecret shows the page of the client again, where the days of a new secret are no number of them.
func (c *Console) refusedSecret(w http.ResponseWriter, r *http.Request, v *viewer, of *client.Client, days string) error {
	canonical.From(r.Context()).Outcome("invalid")
	return c.writeClient(w, r, v, http.StatusUnprocessableEntity, of, func(p *clientPage) { p.WrongDays, p.Days = true, days })
}

// serveClientSecrets adds a secret, which the page that answers shows, or ends one.
func (c *Console) serveClientSecrets(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	if ok, err := c.proven(w, r, v, form); !ok {
		return err
	}
	back := clientPath(registered.ID)
	if text := form.Get("secret"); text != "" {
		return c.endSecret(w, r, v, form, registered, text)
	}
	overlap, ok := clientOverlaps()[form.Get("overlap")]
	if !ok {
		overlap = clientOverlaps()["day"]
	}
	days := trimmed(form, secretDaysField)
	lifetime, ok := secretLifetime(days)
	if !ok {
		return c.refusedSecret(w, r, v, registered, days)
	}
	if overlap == 0 && slices.ContainsFunc(registered.Secrets, func(s client.Secret) bool { return s.Live(c.now(r)) }) {
		ask := confirmation{shell: shell{Current: clientsPath}, Kind: "replace_secrets", Name: registered.Name, Back: back, With: url.Values{"overlap": {"now"}, secretDaysField: {days}}}
		if yes, err := c.confirmed(w, r, v, form, ask); !yes {
			return err
		}
	}
	_, secret, err := c.Registry.RotateSecret(r.Context(), v.actor, registered.ID, "", client.Terms{Overlap: overlap, Lifetime: lifetime})
	var bad *client.Invalid
	switch {
	case errors.Is(err, client.ErrPublic):
		return c.done(w, r, back, said{Done: "no_secret", About: registered.Name})
	case errors.As(err, &bad):
		return c.done(w, r, back, said{Done: "too_many_secrets", About: registered.Name})
	case err != nil:
		return found(r, err)
	}
	canonical.From(r.Context()).Outcome("secret_added")
	return c.showSecret(w, r, v, http.StatusCreated, secretPage{Client: registered, Secret: secret})
}

// endSecret ends the secret with an id, after that was confirmed.
func (c *Console) endSecret(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values, of *client.Client, text string) error {
	back := clientPath(of.ID)
	ask := confirmation{shell: shell{Current: clientsPath}, Kind: "end_secret", Name: of.Name, Back: back, With: url.Values{"secret": {text}}}
	id, err := provider.ParseID(text)
	if err != nil {
		return c.done(w, r, back, said{Done: "nothing_changed"})
	}
	if i := slices.IndexFunc(of.Secrets, func(s client.Secret) bool { return s.ID == id }); i >= 0 {
		ask.Since = &of.Secrets[i].CreatedAt
	}
	if yes, err := c.confirmed(w, r, v, form, ask); !yes {
		return err
	}
	switch err := c.Registry.EndSecret(r.Context(), v.actor, of.ID, id); {
	case errors.Is(err, client.ErrLastSecret):
		return c.done(w, r, back, said{Done: "last_secret"})
	case err != nil && !errors.Is(err, provider.ErrNotFound): // somebody else has ended it
		return err
	default:
		return c.done(w, r, back, said{Done: "secret_ended", About: of.Name})
	}
}
