package grant

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Prepared is an issuance that was checked and signed outside any transaction: a signature takes
// longer than all statements together, and SQLite has one writer. It is not valid before
// Issuer.Store returns without an error.
type Prepared struct {
	Issued

	Grant *Grant
	// Nonce goes into the ID token (OpenID Connect Core section 2).
	Nonce string
	// Code is the authorization code that is returned beside it by the authorization endpoint, for
	// the ID token; empty: none.
	Code string

	// repeated: the client gets again what it was issued before, of which there was an event.
	repeated bool
	// row is nil where a stored issuance is returned again.
	row *Token
	// claim uses up, once, the code or refresh token of the issuance; nil: there is none.
	claim func(ctx context.Context) error
	// ended returns the error for a grant that ended meanwhile.
	ended func() error
}

// Claims tells whether storing takes several statements, which need a transaction.
func (p *Prepared) Claims() bool { return p.claim != nil }

// ErrRaced: another request used up, or ended, what an issuance was prepared for. Prepared again, it
// reads what the other wrote.
var ErrRaced = errors.New("another request was first")

// ErrClientDisabled: the client was disabled after it had been authenticated. Other processes learn of
// that later, so only the statement that issues a token can tell.
var ErrClientDisabled = errors.New("the client is disabled")

// Store claims what the issuance was prepared for and stores it, as issued by a grant type. The caller runs it in a transaction
// if p.Claims, and may repeat it in another one.
func (i *Issuer) Store(ctx context.Context, p *Prepared, by client.GrantType) error {
	if p.claim != nil {
		if err := p.claim(ctx); err != nil {
			return err
		}
	}
	if p.row == nil {
		return nil
	}
	err := i.store.InsertToken(ctx, p.row)
	if errors.Is(err, provider.ErrNotFound) {
		return p.ended()
	}
	if err == nil && !p.repeated {
		i.events.Publish(ctx, event.TokenIssued{
			TokenID: p.ID, GrantID: p.Grant.ID, ClientID: p.Grant.ClientID, UserID: p.Grant.UserID, GrantType: string(by), Refresh: p.RefreshToken != "",
		})
	}
	return err
}

// Consequence is a refusal that requires a change, such as revoking a grant. The change is made
// after the transaction of the request was rolled back, in a transaction of its own, or the rollback
// would undo it.
type Consequence struct {
	Refused error
	Do      func(ctx context.Context) error
}

// Error is part of error.
func (c *Consequence) Error() string { return c.Refused.Error() }

// Unwrap returns the refusal.
func (c *Consequence) Unwrap() error { return c.Refused }
