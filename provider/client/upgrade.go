package client

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
	passwordhash "github.com/gatehouse-id/gatehouse/provider/password"
)

// secretUpgrader replaces the stored form of a secret and raises the catalogue version, or returns
// provider.ErrStale if the form is not the given one any more.
type secretUpgrader interface {
	UpgradeSecret(ctx context.Context, id provider.ID, before, after string) error
}

// forgetter is the Directory: it has the client with the form of before.
type forgetter interface {
	Forget(id string)
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// Upgrades replaces hashes of other systems, which may take a second of a core at each request of the
// client, when the secret becomes known.
type Upgrades struct {
	secrets *Secrets
	store   secretUpgrader
	clients forgetter
	events  publisher
}

// NewUpgrades makes an Upgrades.
func NewUpgrades(secrets *Secrets, store secretUpgrader, clients forgetter, events publisher) *Upgrades {
	return &Upgrades{secrets, store, clients, events}
}

// Upgrade replaces the hash that a secret of the client was verified by, if it is one of another
// system. A failure is no reason to refuse the client: the next request tries again.
func (u *Upgrades) Upgrade(ctx context.Context, c *Client, secret string, now time.Time) {
	for _, kept := range c.Secrets {
		if !kept.Live(now) || !outdated(kept.Hash) || !passwordhash.Whole(kept.Hash, secret) {
			continue
		}
		ok, err := u.secrets.slow.Verify(ctx, kept.Hash, secret)
		if err == nil && !ok {
			continue
		}
		var hash string
		if err == nil {
			hash, err = u.secrets.Keep(ctx, c, secret)
		}
		if err == nil {
			err = u.store.UpgradeSecret(ctx, kept.ID, kept.Hash, hash)
		}
		u.clients.Forget(c.ID)
		if errors.Is(err, provider.ErrStale) { // another server was first
			return
		}
		u.events.Publish(ctx, event.SecretUpgraded{ClientID: c.ID, Fault: err})
		return
	}
}
