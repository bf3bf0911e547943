package passkeytest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// The flags of authenticator data (WebAuthn section 6.1).
const (
	UserPresent    = 1 << 0
	UserVerified   = 1 << 2
	BackupEligible = 1 << 3
	BackedUp       = 1 << 4
	attested       = 1 << 6
)

// ErrNoKey: the authenticator has no passkey that the options ask for. A person sees that of the browser.
var ErrNoKey = errors.New("passkeytest: no such passkey")

// ErrNotKept: the options ask for a passkey that the authenticator keeps, and it keeps none.
var ErrNotKept = errors.New("passkeytest: the authenticator keeps no passkeys")

// ErrExcluded: the authenticator has a passkey of the account already.
var ErrExcluded = errors.New("passkeytest: a passkey of the account exists")

// Authenticator is an authenticator with the browser that uses it. It is for one test at a time.
type Authenticator struct {
	// Origin is that of the page in the browser.
	Origin string
	// Flags are of each response; New has the user present and verified.
	Flags byte
	// Algorithm is that of new passkeys.
	Algorithm int
	// Bits is the size of new passkeys of RSA; 0: 2048.
	Bits int
	// Public is applied to the public key of new passkeys, in COSE's form.
	Public func(cose []byte) []byte
	// Older: it is a security key that keeps no passkey in it, as those of U2F. It has to be told which one is asked for,
	// and does not know whose that is.
	Older bool
	// Counts: the signature counters rise. Those of passkeys that are synchronized stay zero.
	Counts bool
	// Model is the AAGUID. Maker attests it; without one, and with SelfAttested, the passkey attests itself.
	Model        [16]byte
	Maker        *Maker
	SelfAttested bool
	// Attested is applied to the signature of the attestation, and Certificates to its certificates.
	Attested     func(signature []byte) []byte
	Certificates func(chain []any) []any
	// Keys are the passkeys, the newest last.
	Keys []*Key
}

// New makes one that works as it should, for the pages of an origin.
func New(origin string) *Authenticator {
	return &Authenticator{Origin: origin, Flags: UserPresent | UserVerified, Algorithm: ES256}
}

// Response is what a response says, before it is signed, for tests to change.
type Response struct {
	// Client is the client data.
	Client map[string]any
	// RPID is the relying party whose hash the authenticator signs.
	RPID    string
	Flags   byte
	Counter uint32
	// Key is the passkey itself.
	Key *Key
	// ID and Handle name the passkey and its user outside of what is signed.
	ID, Handle []byte
	// Signed is applied to the signature.
	Signed func(signature []byte) []byte
	// Outer are further members of the JSON object.
	Outer map[string]any
}

// Change changes a response.
type Change func(r *Response)

type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Allow   []descriptor `json:"allowCredentials"`
	Exclude []descriptor `json:"excludeCredentials"`
	Wanted  struct {
		Kept string `json:"residentKey"`
	} `json:"authenticatorSelection"`
}

type descriptor struct {
	ID string `json:"id"`
}

func (d descriptor) is(k *Key) bool { return d.ID == encode(k.ID) }

// Create creates a passkey as the options of a page ask for, and returns the response in JSON
// (RegistrationResponseJSON).
func (a *Authenticator) Create(page json.RawMessage, changes ...Change) ([]byte, error) {
	var o options
	if err := json.Unmarshal(page, &o); err != nil {
		return nil, err
	}
	for _, k := range a.Keys {
		if slices.ContainsFunc(o.Exclude, func(d descriptor) bool { return d.is(k) }) {
			return nil, ErrExcluded
		}
	}
	handle, err := base64.RawURLEncoding.DecodeString(o.User.ID)
	if err != nil {
		return nil, err
	}
	if a.Older {
		if o.Wanted.Kept == "required" {
			return nil, ErrNotKept
		}
		handle = nil
	}
	k, err := newKey(a.Algorithm, a.Bits)
	if err != nil {
		return nil, err
	}
	k.RPID, k.Handle = o.RP.ID, handle
	r := a.response("webauthn.create", o.Challenge, k, changes)
	public, err := k.public()
	if err != nil {
		return nil, err
	}
	if a.Public != nil {
		public = a.Public(public)
	}
	data := slices.Concat(r.authenticatorData(attested), a.Model[:], binary.BigEndian.AppendUint16(nil, uint16(len(k.ID))), k.ID, public) //nolint:gosec // 32
	client, err := json.Marshal(r.Client)
	if err != nil {
		return nil, err
	}
	format, statement, err := a.statement(k, slices.Concat(data, hashed(client)))
	if err != nil {
		return nil, err
	}
	object, err := webauthncbor.Marshal(map[string]any{"fmt": format, "attStmt": statement, "authData": data})
	if err != nil {
		return nil, err
	}
	a.Keys = append(a.Keys, k)
	return r.encode(map[string]any{
		"clientDataJSON": encode(client), "attestationObject": encode(object), "transports": []string{"internal", "hybrid"},
	})
}

// statement is the attestation statement.
func (a *Authenticator) statement(k *Key, signed []byte) (format string, statement map[string]any, err error) {
	if a.Maker == nil && !a.SelfAttested {
		return "none", map[string]any{}, nil
	}
	if a.Maker == nil {
		signature, err := k.sign(signed)
		return "packed", map[string]any{"alg": k.algorithm, "sig": signature}, err
	}
	certificate, key, err := a.Maker.attested(a.Model)
	if err != nil {
		return "", nil, err
	}
	signature, err := ecdsa.SignASN1(rand.Reader, key, hashed(signed))
	if a.Attested != nil && err == nil {
		signature = a.Attested(signature)
	}
	chain := []any{certificate}
	if a.Certificates != nil {
		chain = a.Certificates(chain)
	}
	return "packed", map[string]any{"alg": ES256, "sig": signature, "x5c": chain}, err
}

// Assert proves possession of the newest passkey that the options of a page ask for, and returns the response in
// JSON (AuthenticationResponseJSON).
func (a *Authenticator) Assert(page json.RawMessage, changes ...Change) ([]byte, error) {
	var o options
	if err := json.Unmarshal(page, &o); err != nil {
		return nil, err
	}
	for _, k := range slices.Backward(a.Keys) {
		if k.RPID == o.RPID && (len(o.Allow) == 0 && !a.Older || slices.ContainsFunc(o.Allow, func(d descriptor) bool { return d.is(k) })) {
			return a.AssertWith(k, page, changes...)
		}
	}
	return nil, ErrNoKey
}

// AssertWith is Assert with a passkey, whether or not the options ask for it.
func (a *Authenticator) AssertWith(k *Key, page json.RawMessage, changes ...Change) ([]byte, error) {
	var o options
	if err := json.Unmarshal(page, &o); err != nil {
		return nil, err
	}
	if a.Counts {
		k.Counter++
	}
	r := a.response("webauthn.get", o.Challenge, k, changes)
	data := r.authenticatorData(0)
	client, err := json.Marshal(r.Client)
	if err != nil {
		return nil, err
	}
	signature, err := k.sign(slices.Concat(data, hashed(client)))
	if err != nil {
		return nil, err
	}
	if r.Signed != nil {
		signature = r.Signed(signature)
	}
	response := map[string]any{"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature)}
	if r.Handle != nil {
		response["userHandle"] = encode(r.Handle)
	}
	return r.encode(response)
}

func (a *Authenticator) response(kind, challenge string, k *Key, changes []Change) *Response {
	r := &Response{
		Client: map[string]any{"type": kind, "challenge": challenge, "origin": a.Origin, "crossOrigin": false},
		RPID:   k.RPID, Flags: a.Flags, Counter: k.Counter, Key: k, ID: bytes.Clone(k.ID), Handle: bytes.Clone(k.Handle), Outer: map[string]any{},
	}
	for _, change := range changes {
		change(r)
	}
	return r
}

func (r *Response) authenticatorData(flags byte) []byte {
	return binary.BigEndian.AppendUint32(append(hashed([]byte(r.RPID)), r.Flags|flags), r.Counter)
}

func (r *Response) encode(response map[string]any) ([]byte, error) {
	r.Outer["id"], r.Outer["rawId"], r.Outer["type"], r.Outer["response"] = encode(r.ID), encode(r.ID), "public-key", response
	if _, set := r.Outer["clientExtensionResults"]; !set {
		r.Outer["clientExtensionResults"] = map[string]any{}
	}
	return json.Marshal(r.Outer)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func hashed(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}
