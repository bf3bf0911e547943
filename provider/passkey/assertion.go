package passkey

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// assertion reads a response, and checks all of it that needs no passkey (WebAuthn section 7.2).
func (r *Registry) assertion(c Ceremony, response []byte, verified bool) (*protocol.ParsedCredentialAssertionData, error) {
	if len(response) > maxResponse {
		return nil, refused(Malformed, nil)
	}
	response, err := withoutExtensions(response)
	if err != nil {
		return nil, refused(Malformed, err)
	}
	a, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, refused(Malformed, err)
	}
	if err := r.verifyClient(a.Response.CollectedClientData, protocol.AssertCeremony, c); err != nil {
		return nil, err
	}
	return a, r.verifyAuthenticator(&a.Response.AuthenticatorData, verified)
}

// find reads the passkey of a response, and its user.
func (r *Registry) find(ctx context.Context, a *protocol.ParsedCredentialAssertionData) (*Passkey, *account.User, error) {
	p, u, err := r.store.PasskeyWithUser(ctx, a.RawID)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil, nil, &Refused{Reason: Unknown, Missing: base64.RawURLEncoding.EncodeToString(a.RawID)}
	case err != nil:
		return nil, nil, err
	}
	return p, u, nil
}

// prove checks the signature of a response, and uses the challenge and the passkey.
func (r *Registry) prove(ctx context.Context, c Ceremony, a *protocol.ParsedCredentialAssertionData, p *Passkey, u *account.User) error {
	if err := verifySignature(a, p); err != nil {
		return err
	}
	// Only who has the passkey learns that its user is disabled.
	if u.Disabled {
		return refused(Disabled, nil)
	}
	data := &a.Response.AuthenticatorData
	// Operating systems begin to synchronize passkeys that were on one device. That matters where the maker attests that
	// the key cannot leave the authenticator, and nowhere else (WebAuthn section 7.2, the step on BE and BS).
	if p.Hardware && data.Flags.HasBackupEligible() {
		return refused(Altered, nil)
	}
	err := r.store.InTx(ctx, func(ctx context.Context) error {
		// The challenge first: a response that is sent twice is no sign of a copy, although its counter did
		// not rise.
		if err := r.use(ctx, c); err != nil {
			return err
		}
		err := r.store.UsePasskey(ctx, p.ID, Use{
			SignCount: data.Counter, BackupEligible: data.Flags.HasBackupEligible(), BackedUp: data.Flags.HasBackupState(),
			Verified: data.Flags.HasUserVerified(), At: r.clock.Now(ctx),
		})
		if errors.Is(err, provider.ErrNotFound) {
			return refused(Cloned, nil)
		}
		return err
	})
	if because := (*Refused)(nil); errors.As(err, &because) && because.Reason == Cloned {
		return r.cloned(ctx, c, p, data)
	}
	return err
}

func verifySignature(a *protocol.ParsedCredentialAssertionData, p *Passkey) error {
	key, err := publicKey(p.PublicKey) // again: it may have been stored when less was checked
	if err != nil {
		return refused(WrongSignature, err)
	}
	client := sha256.Sum256(a.Raw.AssertionResponse.ClientDataJSON)
	right, err := webauthncose.VerifySignature(key, slices.Concat(a.Raw.AssertionResponse.AuthenticatorData, client[:]), a.Response.Signature)
	if err != nil || !right {
		return refused(WrongSignature, err)
	}
	return nil
}
