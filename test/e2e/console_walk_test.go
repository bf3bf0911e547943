package e2e_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
)

// signsIn signs in as the administrator of the demo data.
func (w *window) signsIn(next, page string) {
	w.t.Helper()
	w.do(
		chromedp.Navigate(w.server.url+"/login?next="+next), chromedp.WaitVisible("#login-page"),
		chromedp.SetValue("#username", "admin"), chromedp.SendKeys("#password", "looking-glass\r"), chromedp.WaitVisible(page),
	)
}

// devStore is the database of a development server.
func (s *server) devStore(t *testing.T) *storage.Store {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Options{URL: storage.SQLiteURL(filepath.Join(s.dataDir(), "dev.db")), Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// newUser stores a user who has signed in.
func newUser(t *testing.T, store *storage.Store, name string) *account.User {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	id := func() provider.ID { return provider.NewID(now, rand.Reader) }
	u := &account.User{ID: id(), Subject: id().String(), Username: name, Email: name + "@example.com", EmailVerified: true, CreatedAt: now, UpdatedAt: now}
	require.NoError(t, store.CreateUser(ctx, u))
	require.NoError(t, store.CreateSession(ctx, &session.Session{
		ID: id(), User: u, Hash: fmt.Appendf(nil, "%33.33s", name), Proofs: session.ProvedAt(now, session.Password), SeenAt: now, ExpiresAt: now.Add(time.Hour), Address: "192.0.2.1", Seen: session.Browser{Address: "192.0.2.1"},
	}))
	require.NoError(t, store.AddPasskey(ctx, &passkey.Passkey{ID: id(), UserID: u.ID, Name: "Key", CredentialID: []byte(name), PublicKey: []byte{1}, Handle: []byte(name), CreatedAt: now}))
	agreed := consent.Remembered{}.And(consent.Agreement{Scopes: []string{"openid"}})
	require.NoError(t, store.Remember(ctx, u.ID, "demo-web", "", agreed, now))
	return u
}
