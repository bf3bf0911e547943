package ownaccount_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// People recognize an act by the factor that it was about, and a sign-in by how it was made.
func TestActivityNamesFactorsAndWaysOfSigningIn(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("alice")
	f.withApp(u)
	id := f.withPasskey(u, "Blue <key>")
	alice := f.signInBy(u, "pwd", "otp", "mfa")
	shown := alice.open("/account/activity").Body.String()
	assert.Contains(t, shown, "Second factor added: <strong>Authenticator app</strong>")
	assert.Contains(t, shown, "Second factor added: <strong>Blue &lt;key&gt;</strong>")
	assert.Contains(t, shown, "</time> · by password · by one-time code")
	assert.Contains(t, alice.open("/account/security").Body.String(), "</time> · by password · by one-time code")

	passkey, err := provider.ParseID(id)
	require.NoError(t, err)
	u, err = f.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	require.NoError(t, f.passkeys.Remove(t.Context(), u, passkey, provider.ID{}))
	alice = f.signInBy(u, "hwk", "user", "mfa")
	shown = alice.open("/account/activity?" + url.Values{"ui_locales": {"de"}}.Encode()).Body.String()
	assert.Contains(t, shown, "Zweiter Faktor entfernt: <strong>Blue &lt;key&gt;</strong>")
	assert.Contains(t, shown, "</time> · mit Passkey")
}
