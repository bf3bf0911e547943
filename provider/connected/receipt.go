package connected

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// ReceiptType is the typ of a receipt: no other JWT of the issuer can pass for one.
const ReceiptType = "receipt+jwt"

// history is the audit log.
type history interface {
	Records(ctx context.Context, of audit.Filter, limit int) ([]audit.Record, error)
}

type signer interface {
	Sign(ctx context.Context, alg keys.Algorithm, typ string, payload []byte) (string, error)
}

// Receipts signs what ended. A receipt is made of the record of the act whenever it is asked for, so that it can be
// had again as long as the audit log is kept.
type Receipts struct {
	log    history
	keys   signer
	issuer string
	clock  provider.Clock
}

// NewReceipts makes the Receipts of an issuer.
func NewReceipts(log history, keys signer, issuer string, clock provider.Clock) *Receipts {
	return &Receipts{log: log, keys: keys, issuer: issuer, clock: clock}
}

// receipt has the claims of a receipt. Times are seconds since 1970.
type receipt struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	ID       string `json:"jti"`
	IssuedAt int64  `json:"iat"`
	ClientID string `json:"client_id"`
	Client   string `json:"client_name"`
	Scope    string `json:"scope"`
	Since    int64  `json:"access_since,omitempty"`
	EndedAt  int64  `json:"ended_at"`
	// EndedBy is user or administrator.
	EndedBy string `json:"ended_by"`
}

// Latest is the id of the last end of an application's access, or provider.ErrNotFound.
func (r *Receipts) Latest(ctx context.Context, userID provider.ID, clientID string) (provider.ID, error) {
	found, err := r.log.Records(ctx, audit.Filter{UserID: userID.String(), ClientID: clientID, Action: audit.ConsentWithdraw}, 1)
	if err != nil {
		return provider.ID{}, fmt.Errorf("connected: read records: %w", err)
	}
	if len(found) == 0 || !Receiptable(found[0]) {
		return provider.ID{}, provider.ErrNotFound
	}
	return found[0].ID, nil
}

// Sign returns the receipt of an end of access to the account of a user, as a JWT signed by ES256. It returns
// provider.ErrNotFound for a record that is another user's or of something else.
func (r *Receipts) Sign(ctx context.Context, u *account.User, id provider.ID) (string, error) {
	found, err := r.log.Records(ctx, audit.Filter{UserID: u.ID.String(), Action: audit.ConsentWithdraw, Before: after(id)}, 1)
	if err != nil {
		return "", fmt.Errorf("connected: read records: %w", err)
	}
	if len(found) == 0 || found[0].ID != id || !Receiptable(found[0]) {
		return "", provider.ErrNotFound
	}
	payload, err := json.Marshal(r.of(ctx, u, found[0]))
	if err != nil {
		return "", fmt.Errorf("connected: marshal receipt: %w", err)
	}
	return r.keys.Sign(ctx, keys.ES256, ReceiptType, payload)
}

// Receiptable tells whether a record says what ended: those of earlier versions do not.
func Receiptable(of audit.Record) bool {
	_, ok := of.Changes[scopes]
	return of.Action == audit.ConsentWithdraw && ok
}

// ClientName is the name that the application of a record had; empty: the record has none.
func ClientName(of audit.Record) string {
	name, _ := of.Changes[clientName].Before.(string)
	return name
}

func (r *Receipts) of(ctx context.Context, u *account.User, of audit.Record) receipt {
	out := receipt{
		Issuer: r.issuer, Subject: u.Subject, ID: of.ID.String(), IssuedAt: r.clock.Now(ctx).Unix(), ClientID: of.Target.ClientID,
		Client: ClientName(of), EndedAt: of.At.Unix(), EndedBy: "administrator",
	}
	if of.Actor.Kind == audit.UserActor && of.Actor.ID == u.ID.String() {
		out.EndedBy = "user"
	}
	if text, ok := of.Changes[since].Before.(string); ok {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			out.Since = at.Unix()
		}
	}
	var names []string
	list, _ := of.Changes[scopes].Before.([]any)
	for _, one := range list {
		if name, ok := one.(string); ok {
			names = append(names, name)
		}
	}
	out.Scope = strings.Join(names, " ")
	return out
}

// after is the next id, before which a list begins with the given one.
func after(id provider.ID) provider.ID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}
