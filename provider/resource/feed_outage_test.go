package resource_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// waits has the answer come when the wait is over that the request asks for.
func waits(r *http.Request) bool {
	seconds, _ := strconv.Atoi(r.URL.Query().Get("wait"))
	select {
	case <-r.Context().Done():
		return false
	case <-time.After(time.Duration(seconds) * time.Second):
		return true
	}
}

// After an outage JWTs are accepted as soon as the provider is back, and not once it has no news.
func TestFeedDoesNotWaitAfterAnOutage(t *testing.T) {
	t.Parallel()
	keys, answer := signedFeed(t, func(*http.Request) resourcetest.Claims { return nil })
	var logged bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		f := &timedFeed{began: time.Now(), keys: keys}
		down := func() bool { age := time.Since(f.began); return age > time.Minute && age < 5*time.Minute }
		f.answer = func(w http.ResponseWriter, r *http.Request) {
			if down() || !waits(r) || down() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			answer(w, r)
		}
		v, err := resource.New(t.Context(), "https://id.example.test", resource.Options{
			Audience: []string{"api"}, Logger: slog.New(slog.NewTextHandler(&logged, nil)), HTTPClient: &http.Client{Transport: f},
			KeysURL:     "https://id.example.test/keys",
			Revocations: &resource.Revocations{ClientID: "api", Token: feedToken, URL: "https://id.example.test/feed"},
		})
		require.NoError(t, err)
		defer v.Close()
		time.Sleep(5*time.Minute - time.Second)
		assert.Equal(t, "lost", v.Stats().RevocationFeed)
		time.Sleep(time.Second + 5*time.Second) // the longest pause
		assert.Equal(t, "followed", v.Stats().RevocationFeed)
		before := v.Stats().RevocationRequests
		time.Sleep(time.Minute)
		assert.Equal(t, "followed", v.Stats().RevocationFeed)
		assert.LessOrEqual(t, v.Stats().RevocationRequests-before, uint64(3), "it waits again")
	})
	assert.Equal(t, 1, strings.Count(logged.String(), "the revocation feed is lost"), logged.String())
	assert.Equal(t, 1, strings.Count(logged.String(), "the revocation feed failed"))
	assert.Equal(t, 1, strings.Count(logged.String(), "the revocation feed works again"))
}

// A provider whose own knowledge is old is asked without waiting, but not without a pause.
func TestFeedOfAProviderThatIsBehind(t *testing.T) {
	t.Parallel()
	keys, answer := signedFeed(t, func(*http.Request) resourcetest.Claims {
		return resourcetest.Claims{"as_of": time.Now().Add(-50 * time.Second).Unix()}
	})
	f := during(t, 10*time.Second, keys, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "0", r.URL.Query().Get("wait"), "the answer would be too old when it comes")
		answer(w, r)
	})
	assert.Less(t, len(f.at), 250)
	assert.Greater(t, len(f.at), 50)
}
