package grant

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Direct issues to a user who proved to be it to the client itself, without a browser: the
// password grant (RFC 6749 section 4.3).
type Direct struct {
	issuer *Issuer
	tx     transactor
}

// NewDirect makes a Direct that issues tokens through issuer.
func NewDirect(tx transactor, issuer *Issuer) *Direct { return &Direct{issuer: issuer, tx: tx} }

// ForUser stores the grant and issues under it in one transaction. It fills in the grant's
// id and times. within is called before the commit, as at Codes.Exchange. It returns
// provider.ErrStale when the user was changed since the grant's generation was read.
func (d *Direct) ForUser(ctx context.Context, c *client.Client, g *Grant, within func(context.Context, Exchanged) error) error {
	var exchanged Exchanged
	err := d.tx.InTx(ctx, func(ctx context.Context) error {
		now := d.issuer.clock.Now(ctx)
		ends := now.Add(d.issuer.lifetimes.grant(c))
		g.ID, g.CreatedAt, g.ExpiresAt = provider.NewID(now, d.issuer.random), now, &ends
		if err := d.issuer.store.CreateGrant(ctx, g); err != nil {
			return fmt.Errorf("create grant: %w", err)
		}
		issued, err := d.issuer.issue(ctx, c, g, draft{refresh: d.issuer.refreshSource(c)})
		if errors.Is(err, provider.ErrNotFound) {
			return ErrInactive
		}
		if err != nil {
			return err
		}
		exchanged = Exchanged{Issued: issued, Grant: g}
		return within(ctx, exchanged)
	})
	if err == nil {
		d.issuer.tell(ctx, exchanged.Issued, g, client.Password)
	}
	return err
}
