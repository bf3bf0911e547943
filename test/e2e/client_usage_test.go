package e2e_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/statistics"
	"github.com/gatehouse-id/gatehouse/storage"
)

// What a client does is counted for it, by a server that is stopped before it would have stored the figures by itself.
func TestUsageOfAClientIsCounted(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		from := statistics.HourOf(time.Now())
		s, secret := startWithUser(t, databaseURL)
		browser := s.userAgent(t)
		page := browser.authorize(nil)
		wrong := browser.request(http.MethodPost, "/login", url.Values{
			"flow": {hidden(t, page, "flow")}, "username": {"alice"}, "password": {"wrong"}, "action": {"login"},
		})
		require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
		signedIn := browser.request(http.MethodPost, "/login", url.Values{
			"flow": {hidden(t, wrong, "flow")}, "username": {"alice"}, "password": {"wonderland"}, "action": {"login"},
		})
		code := returned(t, browser.agree(browser.follow(signedIn), false)).Get("code")
		require.Equal(t, http.StatusOK, s.exchange(secret, code, nil).status)
		require.Equal(t, http.StatusUnauthorized, s.exchange("a wrong secret", code, nil).status)
		s.post("/oauth/token", "made-up", "secret", url.Values{"grant_type": {"client_credentials"}})
		s.stop()

		store, err := storage.Open(t.Context(), storage.Options{URL: databaseURL, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		t.Cleanup(func() { _ = store.Close() })
		figures, err := store.ClientFigures(t.Context(), "app", []statistics.Hour{from, from + 2})
		require.NoError(t, err)
		assert.Equal(t, []statistics.Figure{
			{Hour: from, Series: statistics.Refusals, Label: "client_secret", Count: 1},
			{Hour: from, Series: statistics.RefusedSignIns, Label: "wrong_password", Count: 1},
			{Hour: from, Series: statistics.SignIns, Label: statistics.ByPassword, Count: 1},
			{Hour: from, Series: statistics.Tokens, Label: "authorization_code", Count: 1},
		}, figures)
	})
}
