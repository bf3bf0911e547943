package passkey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

// handleSize is that of a user handle, of at most 64 bytes (WebAuthn section 5.4.3).
const handleSize = 32

// Creation begins the creation of a passkey of a user. The options are PublicKeyCredentialCreationOptionsJSON
// (WebAuthn section 5.1.9). It returns *Refused with TooMany when the user has all that one may have.
func (r *Registry) Creation(ctx context.Context, u *account.User) (options json.RawMessage, c Ceremony, err error) {
	present, err := r.store.Passkeys(ctx, u.ID)
	if err != nil {
		return nil, Ceremony{}, err
	}
	if len(present) >= MaxPerUser {
		return nil, Ceremony{}, refused(TooMany, nil)
	}
	if c, err = r.begin(ctx, ForCreation, u); err != nil {
		return nil, Ceremony{}, err
	}
	if len(present) > 0 {
		c.Handle = present[0].Handle // an authenticator shows the passkeys of a handle as those of one account
	} else if c.Handle, err = r.bytes(handleSize); err != nil {
		return nil, Ceremony{}, err
	}
	named := u.Profile.Name
	if named == "" {
		named = u.Username
	}
	attestation := protocol.PreferNoAttestation
	if r.Attestation {
		attestation = protocol.PreferDirectAttestation
	}
	required := false
	options, err = json.Marshal(protocol.PublicKeyCredentialCreationOptions{
		RelyingParty: protocol.RelyingPartyEntity{CredentialEntity: protocol.CredentialEntity{Name: r.DisplayName}, ID: r.relyingParty},
		User: protocol.UserEntity{
			CredentialEntity: protocol.CredentialEntity{Name: u.Username}, DisplayName: named, ID: protocol.URLEncodedBase64(c.Handle),
		},
		Challenge:             c.Challenge,
		Parameters:            parameters(),
		Timeout:               int(dialogTimeout.Milliseconds()),
		CredentialExcludeList: descriptors(present),
		// Preferred, not required: a security key that keeps no passkey in it, or has no room left, is a second factor all
		// the same. The sign-in without a password cannot ask for it.
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, RequireResidentKey: &required, UserVerification: protocol.VerificationPreferred,
		},
		Attestation: attestation,
	})
	return options, c, err
}

// algorithms are those of passkeys, the preferred first: what browsers and authenticators have between them.
func algorithms() []webauthncose.COSEAlgorithmIdentifier {
	return []webauthncose.COSEAlgorithmIdentifier{webauthncose.AlgES256, webauthncose.AlgEdDSA, webauthncose.AlgRS256}
}

func parameters() (list []protocol.CredentialParameter) {
	for _, a := range algorithms() {
		list = append(list, protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: a})
	}
	return list
}

func descriptors(passkeys []*Passkey) (list []protocol.CredentialDescriptor) {
	for _, p := range passkeys {
		d := protocol.CredentialDescriptor{Type: protocol.PublicKeyCredentialType, CredentialID: p.CredentialID}
		for _, t := range p.Transports {
			d.Transport = append(d.Transport, protocol.AuthenticatorTransport(t))
		}
		list = append(list, d)
	}
	return list
}

// Create adds the passkey of a response (RegistrationResponseJSON) to a user, with a name or, without one, with
// one by its kind. A user without recovery codes gets some, which are shown once: there is no passkey without them. The
// user acts in a session, or in none: zero. Create brings Factors and Generation of u up to date, so that a sign-in can
// go on with it. It returns *Refused, *NameFault, or provider.ErrStale when the user was changed since the ceremony began.
func (r *Registry) Create(ctx context.Context, u *account.User, c Ceremony, response []byte, name string, acting provider.ID) (p *Passkey, codes []string, err error) {
	if name, err = nameOf(name); err != nil {
		return nil, nil, err
	}
	if p, err = r.created(ctx, u, c, response); err != nil {
		return nil, nil, err
	}
	if p.Name = name; name == "" {
		p.Name = defaultName(p.Transports)
	}
	var before, changed *account.User
	err = r.gate.Record(ctx, audit.Self(ctx, u.ID), audit.FactorAdd, audit.OfUser(u.ID), func(ctx context.Context) (changes audit.Changes, err error) {
		if before, err = r.add(ctx, c, p); err != nil {
			return nil, err
		}
		if codes, err = r.factors.Added(ctx, before, acting); err != nil {
			return nil, err
		}
		if changed, err = r.store.LockUser(ctx, u.ID); err != nil {
			return nil, err
		}
		return r.added(ctx, changed, p, len(codes), factor.Ended(u.Factors))
	})
	if err != nil {
		return nil, nil, err
	}
	u.Factors, u.Generation = changed.Factors, changed.Generation
	return p, codes, nil
}

// created is the passkey of a response that was verified (WebAuthn section 7.1).
func (r *Registry) created(ctx context.Context, u *account.User, c Ceremony, response []byte) (*Passkey, error) {
	if err := r.check(ctx, c, ForCreation, u); err != nil {
		return nil, err
	}
	if len(response) > maxResponse {
		return nil, refused(Malformed, nil)
	}
	response, err := withoutExtensions(response)
	if err != nil {
		return nil, refused(Malformed, err)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, refused(Malformed, err)
	}
	if err := r.verifyClient(parsed.Response.CollectedClientData, protocol.CreateCeremony, c); err != nil {
		return nil, err
	}
	object := &parsed.Response.AttestationObject
	if err := r.verifyAuthenticator(&object.AuthData, false); err != nil {
		return nil, err
	}
	attested := object.AuthData.AttData
	if !bytes.Equal(attested.CredentialID, parsed.RawID) {
		return nil, refused(Malformed, nil) // the browser names another passkey than the authenticator
	}
	if _, err := publicKey(attested.CredentialPublicKey); err != nil {
		return nil, refused(WeakKey, err)
	}
	if r.Attestation {
		client := sha256.Sum256(parsed.Raw.AttestationResponse.ClientDataJSON)
		if err := r.verifyAttestation(ctx, object, client[:]); err != nil {
			return nil, err
		}
	}
	flags, now := object.AuthData.Flags, r.clock.Now(ctx)
	return &Passkey{
		ID: provider.NewID(now, r.random), UserID: u.ID, CredentialID: attested.CredentialID, PublicKey: attested.CredentialPublicKey,
		Handle: c.Handle, SignCount: object.AuthData.Counter, Model: [16]byte(attested.AAGUID), Attested: r.Attestation,
		Hardware: r.Attestation && !flags.HasBackupEligible(), BackupEligible: flags.HasBackupEligible(), BackedUp: flags.HasBackupState(),
		Verifies: flags.HasUserVerified(), Transports: transports(parsed.Response.Transports), CreatedAt: now,
	}, nil
}

// transports are those that browsers know: what a response says of them is not signed, and is shown to people.
func transports(said []protocol.AuthenticatorTransport) (known []string) {
	for _, t := range []protocol.AuthenticatorTransport{protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal} {
		if slices.Contains(said, t) {
			known = append(known, string(t))
		}
	}
	return known
}

// add stores a passkey if the user is still as the ceremony found them, and returns the user as of before.
func (r *Registry) add(ctx context.Context, c Ceremony, p *Passkey) (*account.User, error) {
	u, err := r.store.LockUser(ctx, c.UserID)
	switch {
	case errors.Is(err, provider.ErrNotFound):
		return nil, provider.ErrStale
	case err != nil:
		return nil, err
	case u.Generation != c.Generation: // also when the user was disabled
		return nil, provider.ErrStale
	}
	present, err := r.store.Passkeys(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if len(present) >= MaxPerUser {
		return nil, refused(TooMany, nil)
	}
	if err := r.use(ctx, c); err != nil {
		return nil, err
	}
	p.CreatedAt = r.clock.Real() // not when the transaction began, which has waited for others: see account.SelfService.Undo
	if err := r.store.AddPasskey(ctx, p); errors.Is(err, provider.ErrConflict) {
		return nil, refused(Exists, nil)
	} else if err != nil {
		return nil, err
	}
	return u, nil
}
