package firstadmin

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// Who is what a person says who makes the first administrator.
type Who struct{ Username, Email string }

// actor is the server, by the request of ctx: nobody has an account yet.
func actor(ctx context.Context) audit.Actor {
	return audit.Requester(ctx, audit.Job, "first-administrator")
}

func (w Who) user() *account.User {
	return &account.User{Username: w.Username, Email: w.Email, Roles: []string{account.RoleAdmin}}
}

// WithPassword makes the administrator, and ends the address. It returns ErrClosed, or account.Wrong; then nothing has
// changed.
func (i *Invitation) WithPassword(ctx context.Context, token string, w Who, password string) (*account.User, error) {
	if err := i.Open(ctx, token); err != nil { // before the slow hash
		return nil, err
	}
	if password == "" { // package account takes that for a user without one
		return nil, account.Wrong{{Claim: "password", Fault: fault.New(fault.Password), Kind: account.ErrPassword}}
	}
	return i.make(i.accounts.Prepare(ctx, password), token, w, password, func(context.Context, *account.User) error { return nil })
}

// make ends the address and makes the administrator, in one transaction with what else belongs to it.
func (i *Invitation) make(ctx context.Context, token string, w Who, password string, and func(ctx context.Context, u *account.User) error) (*account.User, error) {
	var made *account.User
	err := i.store.InTx(ctx, func(ctx context.Context) error {
		if err := i.store.UseFirstAdministrator(ctx, hash(token), i.clock.Now(ctx)); err != nil {
			return closed(err)
		}
		made = w.user() // a transaction may run again
		if err := i.accounts.Create(ctx, actor(ctx), made, password); err != nil {
			return err
		}
		return and(ctx, made)
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// errTried ends a transaction that is not to happen.
var errTried = errors.New("firstadmin: tried")

// Propose begins the creation of a passkey for the administrator, who is not made yet. It returns ErrClosed, or
// account.Wrong for what WithPasskey would refuse.
func (i *Invitation) Propose(ctx context.Context, token string, w Who) (json.RawMessage, passkey.Ceremony, error) {
	_, err := i.make(ctx, token, w, "", func(context.Context, *account.User) error { return errTried })
	if !errors.Is(err, errTried) {
		return nil, passkey.Ceremony{}, err
	}
	return i.passkeys.Creation(ctx, w.user())
}

// Made is an administrator who has a passkey and no password.
type Made struct {
	User    *account.User
	Passkey *passkey.Passkey
	// RecoveryCodes stand in for a lost passkey. They are shown once.
	RecoveryCodes []string
}

// WithPasskey makes the administrator, who has a passkey and no password, and ends the address. It returns ErrClosed,
// account.Wrong, *passkey.Refused or ErrUnverified; then nothing has changed.
func (i *Invitation) WithPasskey(ctx context.Context, token string, w Who, c passkey.Ceremony, response []byte) (*Made, error) {
	var made Made
	u, err := i.make(ctx, token, w, "", func(ctx context.Context, u *account.User) (err error) {
		of := c
		if of.UserID.IsZero() { // one of Propose, and not of a user
			of.UserID, of.Generation = u.ID, u.Generation
		}
		if made.Passkey, made.RecoveryCodes, err = i.passkeys.Create(ctx, u, of, response, "", provider.ID{}); err != nil {
			return err
		}
		if !made.Passkey.Verifies {
			return ErrUnverified
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	made.User = u
	return &made, nil
}
