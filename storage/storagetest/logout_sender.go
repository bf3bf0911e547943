package storagetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/storage"
)

// plainSigner writes what a logout token is about; package oauth signs.
type plainSigner struct{}

func (plainSigner) LogoutToken(_ context.Context, c *client.Client, d logout.Delivery) (string, error) {
	if c.ID == "keyless" {
		return "", fmt.Errorf("of this client: %w", logout.ErrNoKey)
	}
	return strings.Join([]string{c.ID, d.SID.String(), d.Subject, d.ID.String()}, " "), nil
}

func (f *fixture) logoutSender(t *testing.T, s *storage.Store) *logout.Sender {
	t.Helper()
	post, err := outbound.NewPoster(outbound.Options{Allow: []string{"127.0.0.1"}, AllowSelfRegistered: []string{"127.0.0.1"}}, time.Second)
	require.NoError(t, err)
	return logout.NewSender(s, s, plainSigner{}, post, f.clock, rand.Reader, slog.New(slog.NewTextHandler(t.Output(), nil)), nil)
}

// tried waits until the only delivery to a client was attempted at the present time.
func (f *fixture) tried(t *testing.T, s *logout.Sender, clientID string) logout.Delivery {
	t.Helper()
	var last logout.Delivery
	require.Eventually(t, func() bool {
		require.NoError(t, s.Start(t.Context())) // as the job does: a client may be busy
		list, err := f.Logouts(t.Context(), logout.Filter{ClientID: clientID}, 10)
		require.NoError(t, err)
		require.Len(t, list, 1, clientID)
		last = list[0]
		return last.TriedAt != nil && last.TriedAt.Equal(f.clock())
	}, 8*time.Second, 10*time.Millisecond, clientID)
	return last
}

// Receivers of all kinds, at the same time.
func testLogoutReceivers(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	var reached, healthy atomic.Bool
	release := make(chan struct{})
	defer close(release) // before the servers are closed, which wait for their handlers
	private := receiver(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	var got sync.Map
	status := func(code int) string {
		return receiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	for id, address := range map[string]string{
		"keyless": private,
		"good": receiver(t, func(_ http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			got.Store("body", string(text))
			got.Store("type", r.Header.Get("Content-Type"))
		}),
		"empty": status(http.StatusNoContent), "refusing": status(http.StatusBadRequest), "accepted": status(http.StatusAccepted),
		"away": receiver(t, func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			if known, repeated := got.LoadOrStore("away", string(text)); repeated && known != string(text) {
				got.Store("away", "another token") // the jti is the same in every repetition
			}
			if !healthy.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}),
		"redirecting": receiver(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, private, http.StatusTemporaryRedirect)
		}),
		"hanging":  receiver(t, func(http.ResponseWriter, *http.Request) { <-release }),
		"huge":     receiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10<<20)) }),
		"internal": "https://10.0.0.1/", "metadata": "https://169.254.169.254/latest", "local": "https://localhost:1/", "cleartext": "http://localhost:1/",
	} {
		f.told(t, id, address, false)
		f.signedOut(t, id, u)
	}
	f.told(t, "gone", private, false)
	f.told(t, "disabled", private, false)
	f.signedOut(t, "gone", u)
	f.signedOut(t, "disabled", u)
	for id, change := range map[string]func(c *client.Client){
		"gone":     func(c *client.Client) { c.BackChannelLogoutURI = "" },
		"disabled": func(c *client.Client) { c.Disabled = true },
	} {
		c, err := f.Client(ctx, id)
		require.NoError(t, err)
		change(c)
		require.NoError(t, f.UpdateClient(ctx, c))
	}

	s := f.logoutSender(t, f.Store)
	for id, want := range map[string]logout.Delivery{
		"keyless": {State: logout.Pending, Fault: "encryption_key"},
		"good":    {State: logout.Delivered, Status: 200}, "empty": {State: logout.Delivered, Status: 204}, "huge": {State: logout.Delivered, Status: 200},
		"refusing": {State: logout.Failed, Status: 400, Fault: "status"}, "accepted": {State: logout.Pending, Status: 202, Fault: "status"},
		"away": {State: logout.Pending, Status: 503, Fault: "status"}, "redirecting": {State: logout.Pending, Status: 307, Fault: "status"},
		"hanging": {State: logout.Pending, Fault: "timeout"}, "internal": {State: logout.Pending, Fault: "refused_address"},
		"metadata": {State: logout.Pending, Fault: "refused_address"}, "local": {State: logout.Pending, Fault: "refused_address"},
		"cleartext": {State: logout.Pending, Fault: "refused_url"},
		"gone":      {State: logout.Failed, Fault: "no_receiver"}, "disabled": {State: logout.Failed, Fault: "no_receiver"},
	} {
		d := f.tried(t, s, id)
		assert.Equal(t, want, logout.Delivery{State: d.State, Status: d.Status, Fault: d.Fault}, id)
		assert.Equal(t, f.clock(), *d.TriedAt, id)
	}
	assert.False(t, reached.Load(), "a redirect was followed, or somebody told who is not to be")
	good, err := f.Logouts(ctx, logout.Filter{ClientID: "good"}, 1)
	require.NoError(t, err)
	body, _ := got.Load("body")
	assert.Equal(t, url.Values{"logout_token": {"good " + good[0].SID.String() + " " + u.Subject + " " + good[0].ID.String()}}.Encode(), body)
	kind, _ := got.Load("type")
	assert.Equal(t, "application/x-www-form-urlencoded", kind)

	healthy.Store(true)
	f.advance(10 * time.Second)
	assert.Equal(t, logout.Delivered, f.tried(t, s, "away").State, "it works again, and was not forgotten")
	last, _ := got.Load("away")
	assert.NotEqual(t, "another token", last)
	d := f.tried(t, s, "internal")
	for d.State == logout.Pending && d.Tries < 20 {
		f.advance(5 * time.Hour)
		d = f.tried(t, s, "internal")
	}
	assert.Equal(t, []any{logout.Failed, 9}, []any{d.State, d.Tries}, "it is given up in the end")
}

// Two processes send; one is killed between the commit and the request, or between the request and its
// outcome.
func testLogoutSenders(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	var mu sync.Mutex
	seen := map[string]int{}
	f.told(t, "app", receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.FormValue("logout_token")]++
	}), false)
	const sessions = 40
	for range sessions {
		f.signedOut(t, "app", u)
	}
	// What a process that is killed has claimed is due again after its claim.
	lost, err := f.ClaimLogout(ctx, "app", f.clock(), f.clock().Add(15*time.Second))
	require.NoError(t, err)
	second := f.open(t)
	senders := []*logout.Sender{f.logoutSender(t, f.Store), f.logoutSender(t, second)}
	delivered := func() (n int) {
		list, err := f.Logouts(ctx, logout.Filter{ClientID: "app"}, 100)
		require.NoError(t, err)
		for _, d := range list {
			if d.State == logout.Delivered {
				n++
			}
		}
		return n
	}
	until := func(n int) {
		require.Eventually(t, func() bool {
			for _, s := range senders {
				require.NoError(t, s.Start(ctx))
			}
			return delivered() == n
		}, 8*time.Second, 10*time.Millisecond)
	}
	until(sessions - 1)
	due, err := senders[0].Due(ctx)
	require.NoError(t, err)
	assert.False(t, due)
	f.advance(16 * time.Second)
	since, err := f.LogoutsDueSince(ctx, f.clock())
	require.NoError(t, err)
	require.NotNil(t, since)
	assert.Equal(t, time.Second, f.clock().Sub(*since))
	until(sessions)
	mu.Lock()
	defer mu.Unlock()
	assert.Len(t, seen, sessions)
	for text, times := range seen {
		assert.Equal(t, 1, times, text)
	}
	assert.NotZero(t, lost.ID)
	since, err = f.LogoutsDueSince(ctx, f.clock())
	require.NoError(t, err)
	assert.Nil(t, since)

	// A late failure of the process that lost its claim changes nothing.
	lost.State = logout.Failed
	require.NoError(t, f.SettleLogout(ctx, lost))
	assert.Equal(t, sessions, delivered())
}
