package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/token"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// A stolen database must hold no usable secret. The dump is searched for every secret of a
// flow, in plain text and by its parts.
func TestDatabaseDumpHoldsNoUsableSecret(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secrets := map[string]string{"master secret": "e2e-secret-that-no-database-may-hold"}
		secrets["generated secret"] = s.client("billing", "--grant-type", "client_credentials")
		s.command("client", "create", "Chosen", "chosen", "chosen-by-hand", "--grant-type", "client_credentials", "--access-token-format", "jwt")
		secrets["chosen secret"] = "chosen-by-hand"
		// Sent in the form: a provider that stores request forms would store it (Hydra 0.11.12).
		secrets["posted secret"] = s.client("poster", "--grant-type", "client_credentials", "--auth-method", "client_secret_post")
		posted := s.post("/oauth/token", "", "", url.Values{"grant_type": {"client_credentials"}, "client_id": {"poster"}, "client_secret": {secrets["posted secret"]}})
		require.Equal(t, http.StatusOK, posted.status, posted.body)
		// The only kind of client secret that must be stored reversibly: encrypted.
		secrets["shared secret"] = s.client("shared", "--grant-type", "client_credentials", "--auth-method", "client_secret_jwt")
		secrets["opaque token"] = s.token("billing", secrets["generated secret"], nil)
		secrets["JWT"] = s.token("chosen", "chosen-by-hand", nil)
		revoked := s.token("billing", secrets["generated secret"], nil)
		s.post("/oauth/revoke", "billing", secrets["generated secret"], url.Values{"token": {revoked}})
		secrets["revoked token"] = revoked

		var hook struct{ ID, Secret string }
		require.NoError(t, json.Unmarshal(s.command("webhook", "create", "https://receiver.invalid/", "--json"), &hook))
		secrets["webhook secret"] = hook.Secret
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hook.Secret, "whsec_"))
		require.NoError(t, err)
		secrets["webhook secret, raw"] = string(raw)
		s.command("webhook", "test", hook.ID)
		require.Eventually(t, func() bool { return strings.Contains(string(s.command("webhook", "deliveries", hook.ID)), "dns") }, 10*time.Second, 100*time.Millisecond)

		parsed, err := token.Parse(secrets["opaque token"])
		require.NoError(t, err)
		secrets["token secret, raw"] = string(parsed.Secret[:])
		secrets["JWT signature"] = secrets["JWT"][strings.LastIndexByte(secrets["JWT"], '.')+1:]
		s.stop()

		dump := storagetest.Dump(t, databaseURL)
		require.Contains(t, dump, "billing", "the dump contains the data")
		for name, secret := range secrets {
			assert.NotContains(t, dump, secret, name)
		}
		assert.NotContains(t, dump, "PRIVATE KEY")
		assert.NotContains(t, dump, `"d":`, "private part of a JWK")
		for name, secret := range secrets {
			assert.NotContains(t, s.log.String(), secret, "log: %s", name)
		}
	})
}
