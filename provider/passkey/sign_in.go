package passkey

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// SignIn begins the sign-in of whoever has a passkey. The options are PublicKeyCredentialRequestOptionsJSON
// (WebAuthn section 5.1.10); they name no passkey, so that the page tells nobody who has one, and suit the
// autofill of browsers (conditional mediation).
func (r *Registry) SignIn(ctx context.Context) (options json.RawMessage, c Ceremony, err error) {
	if c, err = r.begin(ctx, ForSignIn, nil); err != nil {
		return nil, Ceremony{}, err
	}
	options, err = r.request(c, nil, protocol.VerificationRequired)
	return options, c, err
}

func (r *Registry) request(c Ceremony, allowed []*Passkey, verification protocol.UserVerificationRequirement) (json.RawMessage, error) {
	return json.Marshal(protocol.PublicKeyCredentialRequestOptions{
		Challenge: c.Challenge, Timeout: int(dialogTimeout.Milliseconds()), RelyingPartyID: r.relyingParty,
		AllowedCredentials: descriptors(allowed), UserVerification: verification,
	})
}

// VerifySignIn tells who signs in by a response (AuthenticationResponseJSON), and by which authentication
// methods (RFC 8176). It must not be called in a transaction. It returns *Refused.
func (r *Registry) VerifySignIn(ctx context.Context, c Ceremony, response []byte) (*account.User, []string, error) {
	u, methods, err := r.verifySignIn(ctx, c, response)
	if err != nil {
		return nil, nil, r.tell(ctx, userOf(u), err)
	}
	return u, methods, nil
}

func (r *Registry) verifySignIn(ctx context.Context, c Ceremony, response []byte) (*account.User, []string, error) {
	if err := r.check(ctx, c, ForSignIn, nil); err != nil {
		return nil, nil, err
	}
	a, err := r.assertion(c, response, true)
	if err != nil {
		return nil, nil, err
	}
	p, u, err := r.find(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	// The authenticator says whose passkey it is: without that it was not asked for one of anybody.
	if !bytes.Equal(a.Response.UserHandle, p.Handle) {
		return u, nil, refused(Unknown, nil)
	}
	// A key that has never verified its user may have been found by somebody who then gave it a PIN: it does so first
	// beside the password (WebAuthn section 7.2, uvInitialized). Only who has it learns that.
	if !p.Verifies {
		if err := verifySignature(a, p); err != nil {
			return u, nil, err
		}
		return u, nil, refused(NeverVerified, nil)
	}
	if err := r.prove(ctx, c, a, p, u); err != nil {
		return u, nil, err
	}
	return u, p.Methods(a.Response.AuthenticatorData.Flags.HasUserVerified()), nil
}
