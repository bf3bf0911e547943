package passkey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// cose is a public key (RFC 9052 section 7).
func cose(t *testing.T, members map[int]any) []byte {
	t.Helper()
	key, err := webauthncbor.Marshal(members)
	require.NoError(t, err)
	return key
}

func ofRSA(t *testing.T, modulus, exponent []byte) []byte {
	t.Helper()
	return cose(t, map[int]any{1: 3, 3: passkeytest.RS256, -1: modulus, -2: exponent})
}

// modulus is an odd number of that many bits.
func modulus(bits uint) []byte {
	n := new(big.Int).Lsh(big.NewInt(1), bits-1)
	return n.Add(n, big.NewInt(1)).Bytes()
}

// Whoever has a passkey chooses its key: one of RSA with a modulus of 40,000 bytes took seconds of each sign-in.
func TestPublicKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	usual, good := []byte{1, 0, 1}, bytes.Repeat([]byte{7}, 32)
	point, notReduced, noRoot := elliptic.P256().Params(), bytes.Repeat([]byte{0xff}, 32), make([]byte, 32)
	notReduced[31], noRoot[0] = 0x7f, 2
	for name, key := range map[string][]byte{
		"RSA of 40,000 bytes":       ofRSA(t, bytes.Repeat([]byte{0xff}, 40_000), usual),
		"RSA of 4097 bits":          ofRSA(t, modulus(4097), usual),
		"RSA of 2047 bits":          ofRSA(t, modulus(2047), usual),
		"RSA that is only padded":   ofRSA(t, append(make([]byte, 200), modulus(1024)...), usual),
		"RSA with 3":                ofRSA(t, modulus(2048), []byte{3}),
		"RSA with a long exponent":  ofRSA(t, modulus(2048), bytes.Repeat([]byte{0x7f}, 8)),
		"RSA that is long in bytes": ofRSA(t, append(make([]byte, 1000), modulus(2048)...), usual),
		"EC off its curve":          cose(t, map[int]any{1: 2, 3: passkeytest.ES256, -1: 1, -2: good, -3: good}),
		"EC of another curve":       cose(t, map[int]any{1: 2, 3: passkeytest.ES256, -1: 2, -2: point.Gx.Bytes(), -3: point.Gy.Bytes()}),
		"EC that is too long":       cose(t, map[int]any{1: 2, 3: passkeytest.ES256, -1: 1, -2: append([]byte{0}, point.Gx.Bytes()...), -3: point.Gy.Bytes()}),
		"Ed25519 off its curve":     cose(t, map[int]any{1: 1, 3: passkeytest.EdDSA, -1: 6, -2: noRoot}),
		"Ed25519, not reduced":      cose(t, map[int]any{1: 1, 3: passkeytest.EdDSA, -1: 6, -2: notReduced}),
		"Ed25519 that is too short": cose(t, map[int]any{1: 1, 3: passkeytest.EdDSA, -1: 6, -2: good[1:]}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.authenticator.Public = func([]byte) []byte { return key }
			_, err := f.create(t)
			assertRefused(t, passkey.WeakKey, err)
			list, err := f.Of(t.Context(), f.user.ID)
			require.NoError(t, err)
			assert.Empty(t, list)
		})
	}
}

func TestPublicKeysThatAreAccepted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.authenticator.Algorithm = passkeytest.EdDSA
	for range 5 { // half of all numbers are no point
		f.authenticator.Keys = nil
		p := f.register(t)
		_, _, err := f.signIn(t)
		require.NoError(t, err)
		require.NoError(t, f.Remove(t.Context(), f.user, p.ID, provider.ID{}))
	}
	f.authenticator.Keys, f.authenticator.Algorithm = nil, passkeytest.RS256
	f.register(t)
	_, _, err := f.signIn(t)
	require.NoError(t, err)
	f.authenticator.Keys, f.authenticator.Public = nil, func([]byte) []byte { return ofRSA(t, modulus(4096), []byte{1, 0, 1}) }
	f.register(t)
}

// Keys that were stored when less was checked prove nothing: not even those that would cost little.
func TestStoredPublicKeysAreChecked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	stored := *f.register(t)
	var public []byte
	f.authenticator.Keys, f.authenticator.Algorithm, f.authenticator.Bits = nil, passkeytest.RS256, 1024
	f.authenticator.Public = func(cose []byte) []byte {
		public = cose
		return cose
	}
	_, err := f.create(t)
	assertRefused(t, passkey.WeakKey, err)
	stored.ID[0]++
	stored.CredentialID, stored.PublicKey, stored.Handle = f.authenticator.Keys[0].ID, public, f.authenticator.Keys[0].Handle
	require.NoError(t, f.store.AddPasskey(t.Context(), &stored))
	f.user = f.read(t, f.user.ID)
	_, _, err = f.signIn(t)
	assertRefused(t, passkey.WrongSignature, err)
	_, err = f.prove(t)
	assertRefused(t, passkey.WrongSignature, err)
}

// The certificates of an attestation are chosen by whoever sends it, too.
func TestCertificatesAreBounded(t *testing.T) {
	t.Parallel()
	maker, model := newMaker(t), [16]byte{1, 2, 3}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	with := func(bits uint) []byte {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Between"},
			NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &rsa.PublicKey{N: new(big.Int).SetBytes(modulus(bits)), E: 65537}, key)
		require.NoError(t, err)
		return der
	}
	four := slices.Repeat([]any{with(4096)}, 4)
	for name, test := range map[string]struct {
		more    []any
		refused bool
	}{
		"five": {four, false}, "six": {append(slices.Clone(four), four[0]), true}, "4097 bits": {[]any{with(4097)}, true}, "160,000 bits": {[]any{with(160_000)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, attestation(t, maker, model))
			f.authenticator.Maker, f.authenticator.Model = maker, model
			f.authenticator.Certificates = func(chain []any) []any { return append(chain, test.more...) }
			_, err := f.create(t)
			if !test.refused {
				require.NoError(t, err)
				return
			}
			assertRefused(t, passkey.Unattested, err)
		})
	}
}
