package passkey_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

// Browsers have whoever keeps passkeys hide those that are missing in the list: one too few would be lost to its owner.
func TestBrowsersAreToldWhichPasskeysThereAre(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.register(t)
	f.authenticator = passkeytest.New(issuer)
	second := f.register(t)
	require.Equal(t, first.Handle, second.Handle)
	other := *first
	other.Handle, other.CredentialID = []byte("another handle"), []byte("x")
	told, err := f.Accepted([]*passkey.Passkey{first, &other, second})
	require.NoError(t, err)
	text := base64.RawURLEncoding.EncodeToString
	want, err := json.Marshal([]map[string]any{
		{"rpId": "id.example.com", "userId": text(first.Handle), "allAcceptedCredentialIds": []string{text(first.CredentialID), text(second.CredentialID)}},
		{"rpId": "id.example.com", "userId": text(other.Handle), "allAcceptedCredentialIds": []string{text(other.CredentialID)}},
	})
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(told))
}

// Only a passkey that nobody has is named as missing: of others it would be hidden from their owners.
func TestMissingPasskeysAreNamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.register(t)
	missing := func(err error) string {
		var refused *passkey.Refused
		require.ErrorAs(t, err, &refused)
		return refused.Missing
	}
	_, _, err := f.signIn(t, func(r *passkeytest.Response) { r.Handle[0]++ })
	assertRefused(t, passkey.Unknown, err)
	assert.Empty(t, missing(err), "it is of another user")
	_, _, err = f.signIn(t, func(r *passkeytest.Response) { r.Signed = flipped })
	assert.Empty(t, missing(err))
	c, response := f.asserted(t)
	require.NoError(t, f.Remove(t.Context(), f.user, p.ID, provider.ID{}))
	_, _, err = f.VerifySignIn(t.Context(), c, response)
	assertRefused(t, passkey.Unknown, err)
	assert.Equal(t, base64.RawURLEncoding.EncodeToString(p.CredentialID), missing(err))
}
