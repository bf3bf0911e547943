package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// The errors about secrets.
var (
	// ErrPublic: the client is public, or authenticates by its own keys, and has no secrets.
	ErrPublic = errors.New("the client has no secret")
	// ErrLastSecret: without it the client could not authenticate any more.
	ErrLastSecret = errors.New("it is the only secret of the client: add another one first, or disable the client")
)

// maxSecrets bounds the secrets that are valid at once: each that a person chose costs a slow hash
// when a wrong one is sent.
const maxSecrets = 10

// Terms are how long secrets are valid: the older ones for Overlap, at once no more when it is 0; the
// new one for Lifetime, or until it is replaced when that is 0.
type Terms struct{ Overlap, Lifetime time.Duration }

// RotateSecret adds a secret, generated when empty, and makes the older ones expire. It returns the
// new secret and its text, and ErrPublic, *Invalid, audit.ErrForbidden or provider.ErrNotFound.
func (r *Registry) RotateSecret(ctx context.Context, actor audit.Actor, id, secret string, terms Terms) (Secret, string, error) {
	known, err := r.store.Client(ctx, id)
	if err != nil {
		return Secret{}, "", err
	}
	if !known.HasSecret() {
		return Secret{}, "", ErrPublic
	}
	if err := mayManage(actor, known); err != nil {
		return Secret{}, "", err
	}
	kept, secret, err := r.newSecret(ctx, known, secret) // before the transaction: hashing may be slow
	if err != nil {
		return Secret{}, "", err
	}
	err = r.act(ctx, actor, audit.ClientRotateSecret, audit.OfClient(id), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		if c.AuthMethod != known.AuthMethod { // the secret may be kept in another form now
			return nil, fmt.Errorf("%w: the client is being changed", provider.ErrConflict)
		}
		now := r.clock.Now(ctx)
		ends := now.Add(terms.Overlap)
		c.Secrets = slices.DeleteFunc(c.Secrets, func(s Secret) bool { return terms.Overlap <= 0 || !s.Live(now) })
		if len(c.Secrets) >= maxSecrets {
			return nil, &Invalid{[]Problem{{Field: "client_secret", Fault: fault.New(fault.ManySecrets, "most", maxSecrets)}}}
		}
		for i, s := range c.Secrets {
			if s.ExpiresAt == nil || s.ExpiresAt.After(ends) {
				c.Secrets[i].ExpiresAt = &ends
			}
		}
		details := map[string]any{"secret_id": kept.ID.String(), "overlap_seconds": int64(terms.Overlap / time.Second)}
		if terms.Lifetime > 0 {
			expires := now.Add(terms.Lifetime)
			kept.ExpiresAt, details["expires_at"] = &expires, expires
		}
		c.Secrets = append(c.Secrets, kept)
		c.UpdatedAt = now
		return audit.Details(details), r.store.UpdateClient(ctx, c)
	})
	if err != nil {
		return Secret{}, "", err
	}
	return kept, secret, nil
}

// EndSecret ends one secret at once. It returns ErrLastSecret unless the client is disabled, and
// audit.ErrForbidden or provider.ErrNotFound.
func (r *Registry) EndSecret(ctx context.Context, actor audit.Actor, clientID string, id provider.ID) error {
	return r.act(ctx, actor, audit.ClientEndSecret, audit.OfClient(clientID), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, clientID)
		if err != nil {
			return nil, err
		}
		now := r.clock.Now(ctx)
		left := slices.DeleteFunc(slices.Clone(c.Secrets), func(s Secret) bool { return s.ID == id || !s.Live(now) })
		known := slices.ContainsFunc(c.Secrets, func(s Secret) bool { return s.ID == id && s.Live(now) })
		switch {
		case !known:
			return nil, provider.ErrNotFound
		case len(left) == 0 && !c.Disabled:
			return nil, ErrLastSecret
		}
		c.Secrets, c.UpdatedAt = left, now
		return audit.Details(map[string]any{"secret_id": id.String()}), r.store.UpdateClient(ctx, c)
	})
}

// validSecret says what is wrong with a secret that someone chose, or nothing.
func secretFault(secret string) *fault.Fault {
	if len(secret) < 8 || len(secret) > 200 || strings.ContainsFunc(secret, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return fault.New(fault.SecretCharacters)
	}
	return nil
}

func (r *Registry) newSecret(ctx context.Context, c *Client, secret string) (Secret, string, error) {
	if secret == "" {
		secret = r.secrets.Generate()
	}
	if wrong := secretFault(secret); wrong != nil {
		return Secret{}, "", &Invalid{[]Problem{{Field: "client_secret", Fault: wrong}}}
	}
	hash, err := r.secrets.Keep(ctx, c, secret)
	if err != nil {
		return Secret{}, "", err
	}
	now := r.clock.Now(ctx)
	return Secret{ID: provider.NewID(now, r.random), Hash: hash, CreatedAt: now}, secret, nil
}
