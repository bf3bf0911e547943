package e2e_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

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
