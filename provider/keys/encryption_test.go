package keys_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// forEncryption are the published keys that are for encryption.
func forEncryption(t *testing.T, m *keys.Manager) (found []jose.JSONWebKey) {
	t.Helper()
	for _, k := range published(t, m).Keys {
		if k.Use == "enc" {
			found = append(found, k)
		}
	}
	return found
}

func encrypt(t *testing.T, key jose.JSONWebKey, enc jose.ContentEncryption, options *jose.EncrypterOptions, plain string) string {
	t.Helper()
	encrypter, err := jose.NewEncrypter(enc, jose.Recipient{Algorithm: jose.KeyAlgorithm(key.Algorithm), Key: key.Key, KeyID: key.KeyID}, options)
	require.NoError(t, err)
	jwe, err := encrypter.Encrypt([]byte(plain))
	require.NoError(t, err)
	text, err := jwe.CompactSerialize()
	require.NoError(t, err)
	return text
}

func TestOthersEncryptToThePublishedKeys(t *testing.T) {
	f := newFixture(t, append([]keys.Algorithm{keys.ES256}, keys.EncryptionAlgorithms()...)...)
	assert.Empty(t, forEncryption(t, f.Manager), "it is not offered")
	f.OfferEncryption()
	require.NoError(t, f.Refresh(t.Context()))
	offered := forEncryption(t, f.Manager)
	require.Len(t, offered, 2)
	for _, key := range offered {
		for _, enc := range []jose.ContentEncryption{jose.A128GCM, jose.A256GCM} {
			text := encrypt(t, key, enc, nil, "content")
			plain, err := f.Decrypt(t.Context(), text)
			require.NoError(t, err, key.Algorithm)
			assert.Equal(t, "content", string(plain))
			key.KeyID = "" // it is optional
			_, err = f.Decrypt(t.Context(), encrypt(t, key, enc, nil, "content"))
			require.NoError(t, err, key.Algorithm)
		}
	}
}

// No signer or verifier takes an encryption key for one of its own: the first key of the set signs, those for
// encryption say what they are for, and nothing is signed or verified by them.
func TestEncryptionKeysDoNotSign(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.RS256, keys.ECDHES, keys.RSAOAEP256)
	f.OfferEncryption()
	require.NoError(t, f.Refresh(t.Context()))
	set := published(t, f.Manager)
	require.Len(t, set.Keys, 4)
	assert.Equal(t, []string{"sig", "sig", "enc", "enc"}, []string{set.Keys[0].Use, set.Keys[1].Use, set.Keys[2].Use, set.Keys[3].Use})
	assert.Equal(t, "RS256", set.Keys[0].Algorithm)
	for _, alg := range keys.EncryptionAlgorithms() {
		_, err := f.Sign(t.Context(), alg, "JWT", []byte(`{}`))
		require.ErrorIs(t, err, keys.ErrNoKey)
	}
	text, err := f.Sign(t.Context(), keys.ES256, "JWT", []byte(`{}`))
	require.NoError(t, err)
	header, err := json.Marshal(map[string]string{"alg": "ES256", "typ": "JWT", "kid": set.Keys[2].KeyID})
	require.NoError(t, err)
	_, rest, _ := strings.Cut(text, ".")
	_, err = f.Verify(t.Context(), base64.RawURLEncoding.EncodeToString(header)+"."+rest, "JWT", keys.ES256, keys.Algorithm(set.Keys[2].Algorithm))
	require.ErrorIs(t, err, keys.ErrInvalidJWT)
}

// Whatever is wrong with a message, there is one error.
func TestWhatIsNotDecrypted(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.ECDHES)
	require.NoError(t, f.Refresh(t.Context()))
	other := newFixture(t, keys.ECDHES)
	other.OfferEncryption()
	f.OfferEncryption()
	key, foreign := forEncryption(t, f.Manager)[0], forEncryption(t, other.Manager)[0]
	good := encrypt(t, key, jose.A256GCM, nil, "content")
	parts := strings.Split(good, ".")
	with := func(change func(h map[string]any)) string {
		raw, err := base64.RawURLEncoding.DecodeString(parts[0])
		require.NoError(t, err)
		h := map[string]any{}
		require.NoError(t, json.Unmarshal(raw, &h))
		change(h)
		raw, err = json.Marshal(h)
		require.NoError(t, err)
		return strings.Join(append([]string{base64.RawURLEncoding.EncodeToString(raw)}, parts[1:]...), ".")
	}
	foreignAsOurs := foreign
	foreignAsOurs.KeyID = key.KeyID
	for name, text := range map[string]string{
		"empty":           "",
		"a JWS":           "a.b.c",
		"dots":            strings.Repeat(".", 100),
		"cut":             strings.Join(parts[:4], "."),
		"changed":         good[:len(good)-8] + "AAAAAAAA",
		"huge":            encrypt(t, key, jose.A256GCM, nil, strings.Repeat("x", 13<<10)),
		"compressed":      encrypt(t, key, jose.A256GCM, &jose.EncrypterOptions{Compression: jose.DEFLATE}, strings.Repeat("x", 1000)),
		"to another key":  encrypt(t, foreign, jose.A256GCM, nil, "content"),
		"under our kid":   encrypt(t, foreignAsOurs, jose.A256GCM, nil, "content"),
		"CBC":             encrypt(t, key, jose.A256CBC_HS512, nil, "content"),
		"PBES2":           with(func(h map[string]any) { h["alg"], h["p2c"], h["p2s"] = "PBES2-HS256+A128KW", 1<<30, "c2FsdA" }),
		"RSA1_5":          with(func(h map[string]any) { h["alg"] = "RSA1_5" }),
		"dir":             with(func(h map[string]any) { h["alg"] = "dir" }),
		"a critical name": with(func(h map[string]any) { h["crit"] = []string{"exp"} }),
		"a signing kid":   with(func(h map[string]any) { h["kid"] = published(t, f.Manager).Keys[0].KeyID }),
		"deep":            base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ECDH-ES","x":`+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+"}")) + "....",
		"twice":           base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ECDH-ES","enc":"A256GCM","alg":"dir"}`)) + "....",
	} {
		_, err := f.Decrypt(t.Context(), text)
		require.Error(t, err, name)
		assert.Equal(t, keys.ErrInvalidJWE, err, name)
	}
	_, err := f.Decrypt(t.Context(), good)
	require.NoError(t, err, "the rest of the table is refused for its own sake")
}

// The next key decrypts before it is published, and then alone is; the one before it decrypts until it is gone.
func TestEncryptionKeysAreRotatedWithOverlap(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.ECDHES)
	f.OfferEncryption()
	before := forEncryption(t, f.Manager)[0]
	schedule := keys.NewSchedule(f.Manager, 30*24*time.Hour, time.Hour, keys.ES256, keys.ECDHES)
	f.now = f.now.Add(30*24*time.Hour - time.Hour)
	require.NoError(t, schedule.Rotate(t.Context()))
	assert.Equal(t, []jose.JSONWebKey{before}, forEncryption(t, f.Manager))
	f.now = f.now.Add(time.Hour)
	after := forEncryption(t, f.Manager)
	require.Len(t, after, 1)
	assert.NotEqual(t, before.KeyID, after[0].KeyID)
	text := encrypt(t, before, jose.A128GCM, nil, "content")
	_, err := f.Decrypt(t.Context(), text)
	require.NoError(t, err)
	f.now = f.now.Add(keys.Overlap)
	_, err = f.Decrypt(t.Context(), text)
	require.ErrorIs(t, err, keys.ErrInvalidJWE)
	_, err = f.Decrypt(t.Context(), encrypt(t, after[0], jose.A128GCM, nil, "content"))
	require.NoError(t, err)

	next, err := f.Rotate(t.Context(), audittest.Operator(), keys.ECDHES, f.now.Add(time.Hour))
	require.NoError(t, err)
	f.now = f.now.Add(time.Hour)
	assert.Equal(t, next.KID, forEncryption(t, f.Manager)[0].KeyID)
}

// Once it is turned off again, its keys are not published, followed by others or used.
func TestEncryptionThatIsTurnedOff(t *testing.T) {
	f := newFixture(t, keys.ES256, keys.ECDHES)
	f.OfferEncryption()
	key := forEncryption(t, f.Manager)[0]
	gate, _ := audittest.NewGate(func() time.Time { return f.now })
	off := keys.NewManager(f.store, mark{}, gate, (*event.Bus)(nil), func() time.Time { return f.now }, rand.Reader)
	require.NoError(t, off.Refresh(t.Context()))
	assert.Empty(t, forEncryption(t, off))
	_, err := off.Decrypt(t.Context(), encrypt(t, key, jose.A128GCM, nil, "content"))
	require.ErrorIs(t, err, keys.ErrInvalidJWE)
	_, err = off.Rotate(t.Context(), audittest.Operator(), keys.ECDHES, f.now)
	require.ErrorIs(t, err, keys.ErrNotOffered)
	assert.Len(t, off.Known(t.Context()), 1, "nobody has to see to the other")
	f.now = f.now.Add(400 * 24 * time.Hour)
	require.NoError(t, keys.NewSchedule(off, 30*24*time.Hour, time.Hour, keys.ES256).Rotate(t.Context()))
	successor, err := off.Withdraw(t.Context(), audittest.Operator(), key.KeyID)
	require.NoError(t, err)
	assert.Empty(t, successor)
	assert.Len(t, f.store.rows, 2, "two that sign")
}
