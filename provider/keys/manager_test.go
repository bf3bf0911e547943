package keys_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// memory is a store in memory; the real stores are tested by the storage suite.
type memory struct {
	mu    sync.Mutex
	rows  []keys.Row
	known map[string]keys.Known

	foreign []keys.ForeignRow
}

func (m *memory) ForeignKeys(context.Context) ([]keys.ForeignRow, error) { return m.foreign, nil }

func (m *memory) AddForeignKeys(_ context.Context, rows []keys.ForeignRow) error {
	m.foreign = append(m.foreign, rows...)
	return nil
}

func (m *memory) RemoveForeignKey(_ context.Context, kid string) error {
	for i, k := range m.foreign {
		if k.KID == kid {
			m.foreign = append(m.foreign[:i:i], m.foreign[i+1:]...)
			return nil
		}
	}
	return provider.ErrNotFound
}

func (m *memory) SigningKeys(context.Context) ([]keys.Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]keys.Row(nil), m.rows...), nil
}

func (m *memory) AddSigningKey(_ context.Context, row keys.Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if _, known := m.known[row.KID]; known || (r.Algorithm == row.Algorithm && r.ActiveFrom.Equal(row.ActiveFrom)) {
			return provider.ErrConflict
		}
	}
	m.rows = append(m.rows, row)
	if m.known == nil {
		m.known = map[string]keys.Known{}
	}
	m.known[row.KID] = keys.Known{KID: row.KID, Algorithm: row.Algorithm}
	return nil
}

func (m *memory) ResealSigningKey(_ context.Context, kid string, before, after []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.rows {
		if m.rows[i].KID == kid && bytes.Equal(m.rows[i].Sealed, before) {
			m.rows[i].Sealed = after
		}
	}
	return nil
}

func (m *memory) KnownSigningKey(_ context.Context, kid string) (keys.Known, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.known[kid]
	if !ok {
		return k, provider.ErrNotFound
	}
	return k, nil
}

func (m *memory) WithdrawnSigningKeys(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var kids []string
	for kid, k := range m.known {
		if k.WithdrawnAt != nil {
			kids = append(kids, kid)
		}
	}
	return kids, nil
}

func (m *memory) WithdrawSigningKey(ctx context.Context, w keys.Withdrawal) error {
	m.remove(w.KID, w.At)
	m.mu.Lock()
	k := m.known[w.KID]
	k.WithdrawnAt = &w.At
	m.known[w.KID] = k
	for i := range m.rows {
		if m.rows[i].KID == w.Promoted {
			m.rows[i].ActiveFrom = w.At
		}
	}
	m.mu.Unlock()
	if w.Successor != nil {
		return m.AddSigningKey(ctx, *w.Successor)
	}
	return nil
}

// remove does what the janitor does.
func (m *memory) remove(kid string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = slices.DeleteFunc(m.rows, func(r keys.Row) bool { return r.KID == kid })
	k := m.known[kid]
	k.RemovedAt = &at
	m.known[kid] = k
}

// mark makes it visible what was sealed; the keyring has its own tests.
type mark struct{}

func (mark) SealFor(context, plaintext []byte) []byte {
	out := append([]byte("sealed:"), context...)
	for _, b := range plaintext {
		out = append(out, b^0x5a)
	}
	return out
}

// Stale is true for values with the prefix "old:".
func (mark) Stale(sealed []byte) bool { return strings.HasPrefix(string(sealed), "old:") }

func (mark) OpenFor(context, sealed []byte) ([]byte, error) {
	body, ok := strings.CutPrefix(strings.TrimPrefix(string(sealed), "old:"), "sealed:"+string(context))
	if !ok {
		return nil, assert.AnError
	}
	out := []byte(body)
	for i := range out {
		out[i] ^= 0x5a
	}
	return out, nil
}

type fixture struct {
	*keys.Manager

	store *memory
	log   *audittest.Log
	now   time.Time
}

func newFixture(t testing.TB, algorithms ...keys.Algorithm) *fixture {
	t.Helper()
	f := &fixture{store: &memory{}, now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	gate, log := audittest.NewGate(func() time.Time { return f.now })
	f.log = log
	f.Manager = keys.NewManager(f.store, mark{}, gate, (*event.Bus)(nil), func() time.Time { return f.now }, rand.Reader)
	require.NoError(t, f.Ensure(t.Context(), audittest.Operator(), algorithms...))
	return f
}

func (f *fixture) states(t *testing.T) map[string]keys.State {
	t.Helper()
	listed, err := f.List(t.Context())
	require.NoError(t, err)
	states := map[string]keys.State{}
	for _, k := range listed {
		states[k.KID] = k.State
	}
	return states
}

func published(t *testing.T, m *keys.Manager) jose.JSONWebKeySet {
	t.Helper()
	document, err := m.JWKS(t.Context())
	require.NoError(t, err)
	var s jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(document, &s))
	return s
}

func TestSignaturesOfEveryAlgorithmVerifyInAnotherLibrary(t *testing.T) {
	for _, alg := range []keys.Algorithm{keys.RS256, keys.PS256, keys.ES256, keys.EdDSA} {
		t.Run(string(alg), func(t *testing.T) {
			f := newFixture(t, alg)
			text, err := f.Sign(t.Context(), alg, "at+jwt", []byte(`{"sub":"x"}`))
			require.NoError(t, err)
			jws, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
			require.NoError(t, err)
			signing := published(t, f.Manager)
			found := signing.Key(jws.Signatures[0].Header.KeyID)
			require.Len(t, found, 1)
			payload, err := jws.Verify(found[0].Key)
			require.NoError(t, err)
			assert.JSONEq(t, `{"sub":"x"}`, string(payload))

			back, err := f.Verify(t.Context(), text, "at+jwt", alg)
			require.NoError(t, err)
			assert.Equal(t, payload, back)
		})
	}
}

// A rotation does not invalidate earlier signatures.
func TestRotationPublishesFirstAndKeepsOldSignaturesValid(t *testing.T) {
	f := newFixture(t, keys.ES256)
	before, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.NoError(t, err)
	old := f.store.rows[0].KID

	next, err := f.Rotate(t.Context(), audittest.Operator(), keys.ES256, f.now.Add(10*time.Minute))
	require.NoError(t, err)
	assert.Equal(t, map[string]keys.State{old: keys.Active, next.KID: keys.Pending}, f.states(t))
	assert.Len(t, published(t, f.Manager).Keys, 2, "published before it signs")
	text, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.NoError(t, err)
	assert.Equal(t, old, kidOf(t, text))

	f.now = f.now.Add(10 * time.Minute)
	assert.Equal(t, map[string]keys.State{old: keys.Retiring, next.KID: keys.Active}, f.states(t))
	text, err = f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.NoError(t, err)
	assert.Equal(t, next.KID, kidOf(t, text))
	_, err = f.Verify(t.Context(), before, "at+jwt", keys.ES256)
	require.NoError(t, err)

	f.now = f.now.Add(keys.Overlap)
	assert.Equal(t, map[string]keys.State{old: keys.Gone, next.KID: keys.Active}, f.states(t))
	assert.Len(t, published(t, f.Manager).Keys, 1)
	_, err = f.Verify(t.Context(), before, "at+jwt", keys.ES256)
	assert.ErrorIs(t, err, keys.ErrInvalidJWT)
}

func kidOf(t *testing.T, text string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(text[:strings.IndexByte(text, '.')])
	require.NoError(t, err)
	var header struct{ KID string }
	require.NoError(t, json.Unmarshal(raw, &header))
	return header.KID
}

// Replicas that start at once must at no time sign with keys that the others do not know.
func TestReplicasThatStartAtOnceSignWithTheSameKey(t *testing.T) {
	store, now := &memory{}, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	texts := make([]string, 8)
	var wg sync.WaitGroup
	for i := range texts {
		gate, _ := audittest.NewGate(func() time.Time { return now })
		m := keys.NewManager(store, mark{}, gate, (*event.Bus)(nil), func() time.Time { return now }, rand.Reader)
		wg.Go(func() {
			assert.NoError(t, m.Ensure(t.Context(), audittest.Operator(), keys.ES256))
			text, err := m.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
			assert.NoError(t, err)
			texts[i] = text
		})
	}
	wg.Wait()
	for _, text := range texts {
		assert.Equal(t, kidOf(t, texts[0]), kidOf(t, text))
	}
	assert.Len(t, store.rows, 1)
}

// An emergency rotation may precede a pending one; the pending key still becomes active, and the
// signatures of both stay valid.
func TestRotationMayPrecedeAPendingOne(t *testing.T) {
	f := newFixture(t, keys.ES256)
	pending, err := f.Rotate(t.Context(), audittest.Operator(), keys.ES256, f.now.Add(time.Hour))
	require.NoError(t, err)
	urgent, err := f.Rotate(t.Context(), audittest.Operator(), keys.ES256, f.now)
	require.NoError(t, err)
	assert.Equal(t, keys.Active, f.states(t)[urgent.KID])

	f.now = f.now.Add(time.Hour + keys.Overlap - time.Minute)
	assert.Equal(t, keys.Active, f.states(t)[pending.KID])
	text, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.NoError(t, err)
	f.now = f.now.Add(24 * time.Hour)
	_, err = f.Verify(t.Context(), text, "at+jwt", keys.ES256)
	require.NoError(t, err)
	assert.Equal(t, keys.Gone, f.states(t)[urgent.KID])
}

func TestEnsureMakesAKeyOnce(t *testing.T) {
	f := newFixture(t, keys.ES256)
	require.NoError(t, f.Ensure(t.Context(), audittest.Operator(), keys.ES256))
	assert.Len(t, f.store.rows, 1)
}

// Typical attacks on JWT verification (RFC 8725 section 2).
func TestVerifyRefusesForgeries(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.RS256)
	good, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{"sub":"x"}`))
	require.NoError(t, err)
	part := strings.Split(good, ".")
	kid := kidOf(t, good)
	b64 := base64.RawURLEncoding.EncodeToString
	header := func(text string) string { return b64([]byte(text)) + "." + part[1] + "." + part[2] }
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	embedded, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: own}, (&jose.SignerOptions{EmbedJWK: true}).WithType("at+jwt"))
	require.NoError(t, err)
	jws, err := embedded.Sign([]byte(`{"sub":"x"}`))
	require.NoError(t, err)
	withKey, err := jws.CompactSerialize()
	require.NoError(t, err)

	for name, text := range map[string]string{
		"empty": "", "noise": "abc", "dots": strings.Repeat(".", 5000), "too long": part[0] + "." + strings.Repeat("A", 9000) + "." + part[2],
		"alg none":             b64([]byte(`{"alg":"none","typ":"at+jwt","kid":"`+kid+`"}`)) + "." + part[1] + ".",
		"HS256 by public key":  hs256(t, f, kid, part[1]),
		"other payload":        part[0] + "." + b64([]byte(`{"sub":"admin"}`)) + "." + part[2],
		"other kid":            header(`{"alg":"ES256","typ":"at+jwt","kid":"../../etc/passwd"}`),
		"SQL kid":              header(`{"alg":"ES256","typ":"at+jwt","kid":"' OR 1=1--"}`),
		"no kid":               header(`{"alg":"ES256","typ":"at+jwt"}`),
		"other typ":            header(`{"alg":"ES256","typ":"JWT","kid":"` + kid + `"}`),
		"embedded jwk":         withKey,
		"b64 false":            header(`{"alg":"ES256","typ":"at+jwt","kid":"` + kid + `","b64":false,"crit":["b64"]}`),
		"embedded certificate": header(`{"alg":"ES256","typ":"at+jwt","kid":"` + kid + `","x5c":["AA=="]}`),
		"other alg of a key":   header(`{"alg":"RS256","typ":"at+jwt","kid":"` + kid + `"}`),
	} {
		_, err := f.Verify(t.Context(), text, "at+jwt", keys.ES256, keys.RS256)
		assert.ErrorIs(t, err, keys.ErrInvalidJWT, name)
	}
	long, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{"pad":"`+strings.Repeat("x", 8<<10)+`"}`))
	require.NoError(t, err)
	_, err = f.Verify(t.Context(), long, "at+jwt", keys.ES256)
	require.ErrorIs(t, err, keys.ErrInvalidJWT, "a valid signature, but too long")
	_, err = f.Verify(t.Context(), good, "JWT", keys.ES256)
	require.ErrorIs(t, err, keys.ErrInvalidJWT, "an access token is not an ID token")
	_, err = f.Verify(t.Context(), good, "at+jwt", keys.RS256)
	assert.ErrorIs(t, err, keys.ErrInvalidJWT, "algorithm not allowed by the caller")
}

func hs256(t *testing.T, f *fixture, kid, payload string) string {
	t.Helper()
	document := published(t, f.Manager)
	der, err := x509.MarshalPKIXPublicKey(document.Key(kid)[0].Key)
	require.NoError(t, err)
	input := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"at+jwt","kid":"`+kid+`"}`)) + "." + payload
	mac := hmac.New(sha256.New, der)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestOnlyPublicPartsArePublishedAndPrivateOnesAreSealed(t *testing.T) {
	f := newFixture(t, keys.RS256, keys.ES256, keys.EdDSA)
	document, err := f.JWKS(t.Context())
	require.NoError(t, err)
	var raw struct{ Keys []map[string]any }
	require.NoError(t, json.Unmarshal(document, &raw))
	require.Len(t, raw.Keys, 3)
	for _, k := range raw.Keys {
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			assert.NotContains(t, k, private)
		}
		assert.Equal(t, "sig", k["use"])
		assert.NotEmpty(t, k["kid"])
		assert.NotEmpty(t, k["alg"])
	}
	for _, row := range f.store.rows {
		_, err := x509.ParsePKCS8PrivateKey(row.Sealed)
		assert.Error(t, err)
		assert.True(t, strings.HasPrefix(string(row.Sealed), "sealed:"+row.KID), "sealed for its id")
	}
}

func TestImport(t *testing.T) {
	pkcs8 := func(key crypto.Signer) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	strong, _ := rsa.GenerateKey(rand.Reader, 2048)
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(strong)})

	f := newFixture(t, keys.RS256)
	k, err := f.Import(t.Context(), audittest.Operator(), pkcs1, f.now)
	require.NoError(t, err)
	assert.Equal(t, keys.RS256, k.Algorithm)
	assert.Equal(t, keys.Active, f.states(t)[k.KID])
	_, err = f.Import(t.Context(), audittest.Operator(), pkcs8(strong), f.now.Add(time.Hour))
	require.ErrorIs(t, err, provider.ErrConflict, "the same key again")
	parameters := pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}})
	k, err = f.Import(t.Context(), audittest.Operator(), append(parameters, pkcs8(p256)...), f.now.Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, keys.Pending, f.states(t)[k.KID])

	for name, text := range map[string][]byte{"noise": []byte("hello"), "P-384": pkcs8(p384), "a certificate": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{1}})} {
		_, err := f.Import(t.Context(), audittest.Operator(), text, f.now)
		assert.ErrorIs(t, err, keys.ErrImport, name)
	}
}

func TestKeysAreResealed(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.EdDSA)
	f.store.rows[1].Sealed = append([]byte("old:"), f.store.rows[1].Sealed...)
	for _, want := range []int{1, 0} {
		n, err := f.Reseal(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, n)
	}
	assert.False(t, mark{}.Stale(f.store.rows[1].Sealed))
	require.NoError(t, f.Refresh(t.Context()))
}

func TestWithoutAKeyNothingIsSigned(t *testing.T) {
	f := newFixture(t)
	_, err := f.Sign(t.Context(), keys.ES256, "at+jwt", []byte(`{}`))
	require.ErrorIs(t, err, keys.ErrNoKey)
	_, err = f.Rotate(t.Context(), audittest.Operator(), "HS256", f.now)
	assert.ErrorIs(t, err, keys.ErrAlgorithm)
}

func BenchmarkSign(b *testing.B) {
	for _, alg := range []keys.Algorithm{keys.ES256, keys.EdDSA, keys.RS256} {
		b.Run(string(alg), func(b *testing.B) {
			f := newFixture(b, alg)
			payload := []byte(strings.Repeat("x", 300))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Sign(b.Context(), alg, "at+jwt", payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Libraries that take the first key, whatever its algorithm, get the one of most ID tokens.
func TestRS256StandsFirst(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.EdDSA, keys.PS256, keys.RS256)
	assert.Equal(t, string(keys.RS256), published(t, f.Manager).Keys[0].Algorithm)
}
