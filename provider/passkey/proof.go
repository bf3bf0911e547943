package passkey

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Proof begins the proof of a user who is known, as a second factor, by one of the user's passkeys. The options
// are as those of SignIn. It returns provider.ErrNotFound when the user has none.
func (r *Registry) Proof(ctx context.Context, u *account.User) (options json.RawMessage, c Ceremony, err error) {
	present, err := r.store.Passkeys(ctx, u.ID)
	if err != nil {
		return nil, Ceremony{}, err
	}
	if len(present) == 0 {
		return nil, Ceremony{}, provider.ErrNotFound // an empty list would allow those of everybody
	}
	if c, err = r.begin(ctx, ForProof, u); err != nil {
		return nil, Ceremony{}, err
	}
	options, err = r.request(c, present, protocol.VerificationPreferred)
	return options, c, err
}

// VerifyProof checks that a response (AuthenticationResponseJSON) proves a user, and tells by which authentication
// methods (RFC 8176). It must not be called in a transaction. It returns *Refused, or provider.ErrStale when
// the user was changed since the ceremony began.
func (r *Registry) VerifyProof(ctx context.Context, u *account.User, c Ceremony, response []byte) ([]string, error) {
	methods, err := r.verifyProof(ctx, u, c, response)
	return methods, r.tell(ctx, u.ID, err)
}

func (r *Registry) verifyProof(ctx context.Context, u *account.User, c Ceremony, response []byte) ([]string, error) {
	if err := r.check(ctx, c, ForProof, u); err != nil {
		return nil, err
	}
	a, err := r.assertion(c, response, false)
	if err != nil {
		return nil, err
	}
	p, owner, err := r.find(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case owner.ID != u.ID:
		return nil, refused(Unknown, nil)
	case owner.Generation != c.Generation:
		return nil, provider.ErrStale
	}
	// Security keys of U2F do not know a user.
	if handle := a.Response.UserHandle; len(handle) > 0 && !bytes.Equal(handle, p.Handle) {
		return nil, refused(Unknown, nil)
	}
	if err := r.prove(ctx, c, a, p, owner); err != nil {
		return nil, err
	}
	return p.Methods(a.Response.AuthenticatorData.Flags.HasUserVerified()), nil
}
