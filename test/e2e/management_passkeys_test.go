package e2e_test

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/storage"
)

// An administrator sees the passkeys of a user, and removes one of a user whom the administrator may change.
func TestManagementOfPasskeys(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		store, err := storage.Open(t.Context(), storage.Options{URL: databaseURL, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		t.Cleanup(func() { _ = store.Close() })
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		reader := basic("reader", s.manager("reader", audit.ReadScope("users")))
		support := basic("support", s.manager("support", audit.ReadScope("users"), audit.WriteScope("users")))
		s.soon(func() bool { return s.manage(support, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		paths := map[string]string{}
		keys := map[string]string{"alice": "019a2b3c-4d5e-7f60-8123-456789000001", "root": "019a2b3c-4d5e-7f60-8123-456789000002"}
		for name, roles := range map[string]string{"alice": `[]`, "root": `["admin"]`} {
			created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"`+name+`","email":"`+name+`@example.com","plainPassword":"wonderland","roles":`+roles+`}`)
			require.Equal(t, http.StatusCreated, created.status, created.body)
			user := created.json(t)["id"].(string)
			paths[name] = "/users/" + user + "/factors"
			p := &passkey.Passkey{Name: "Blue key", CredentialID: []byte(name), PublicKey: []byte("public"), Handle: []byte("handle"), Transports: []string{"usb"}, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
			p.UserID, err = provider.ParseID(user)
			require.NoError(t, err)
			p.ID, err = provider.ParseID(keys[name])
			require.NoError(t, err)
			require.NoError(t, store.AddPasskey(t.Context(), p))
		}
		read := s.manage(reader, http.MethodGet, paths["alice"], "")
		require.Equal(t, http.StatusOK, read.status, read.body)
		assert.JSONEq(t, `{"kinds":["passkey"],"passkeys":[{"id":"`+keys["alice"]+`","name":"Blue key","created_at":"2026-01-02T03:04:05Z","hardware":false,"backed_up":false,"second_only":true,"transports":["usb"]}]}`, read.body)
		mine := paths["alice"] + "/" + keys["alice"]
		assert.Equal(t, http.StatusForbidden, s.manage(reader, http.MethodDelete, mine, "").status)
		assert.Equal(t, http.StatusForbidden, s.manage(support, http.MethodDelete, paths["root"]+"/"+keys["root"], "").status, "an administrator of more than users")
		assert.Equal(t, http.StatusNotFound, s.manage(support, http.MethodDelete, paths["alice"]+"/"+keys["root"], "").status, "that of another user")
		assert.Equal(t, http.StatusNoContent, s.manage(support, http.MethodDelete, mine, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(support, http.MethodDelete, mine, "").status)
		assert.JSONEq(t, `{"kinds":[]}`, s.manage(reader, http.MethodGet, paths["alice"], "").body)

		document := s.get("/.well-known/passkey-endpoints")
		require.Equal(t, http.StatusOK, document.status, document.body)
		assert.Contains(t, document.body, `/account/security/factors"`)
		assert.Contains(t, document.body, `/set-up?next=/account/security/factors"`)
		assert.Equal(t, http.StatusNotFound, s.get("/.well-known/webauthn").status, "no further sites")
	})
}
