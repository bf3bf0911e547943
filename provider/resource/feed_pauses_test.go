package resource_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// timedFeed answers in a bubble in which time is not that of the machine, and notes when it was asked.
type timedFeed struct {
	mu     sync.Mutex
	at     []time.Duration
	began  time.Time
	cursor []string
	keys   string
	answer func(w http.ResponseWriter, r *http.Request)
}

// mostRequests in one test: more come of a loop without a pause, in which the time of the bubble stands.
const mostRequests = 1000

func (f *timedFeed) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.URL.Path == "/keys" {
		_, _ = w.WriteString(f.keys)
		return w.Result(), nil
	}
	f.mu.Lock()
	f.at, f.cursor = append(f.at, time.Since(f.began)), append(f.cursor, r.URL.Query().Get("cursor"))
	endless := len(f.at) >= mostRequests
	f.mu.Unlock()
	if endless {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	f.answer(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// during follows a feed with those answers for some time, and returns when it was asked. The bubble fails
// where Close leaves something behind.
func during(t *testing.T, long time.Duration, keys string, answer func(w http.ResponseWriter, r *http.Request)) *timedFeed {
	t.Helper()
	var f *timedFeed
	synctest.Test(t, func(t *testing.T) {
		f = &timedFeed{began: time.Now(), keys: keys, answer: answer}
		v, err := resource.New(t.Context(), "https://id.example.test", resource.Options{
			Audience: []string{"api"}, Logger: quiet(), HTTPClient: &http.Client{Transport: f}, KeysURL: "https://id.example.test/keys",
			Revocations: &resource.Revocations{ClientID: "api", Token: feedToken, URL: "https://id.example.test/feed"},
		})
		require.NoError(t, err)
		time.Sleep(long)
		v.Close()
	})
	return f
}

func refusing(status int, retryAfter string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", retryAfter)
		w.WriteHeader(status)
	}
}

func TestFeedHeedsRetryAfter(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		f := during(t, time.Minute, "", refusing(status, "20"))
		assert.Equal(t, []time.Duration{0, 20 * time.Second, 40 * time.Second}, f.at[:3], status)
	}
	// Not for longer than a minute, or whoever can answer once could have the API forget the feed.
	f := during(t, 2*time.Minute+time.Second, "", refusing(http.StatusServiceUnavailable, "65000"))
	assert.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, f.at)
	for _, nonsense := range []string{"-1", "soon"} {
		f := during(t, time.Second, "", refusing(http.StatusServiceUnavailable, nonsense))
		assert.Greater(t, len(f.at), 2, nonsense)
	}
}

// Pauses grow to five seconds, and are not the same everywhere.
func TestFeedPausesGrow(t *testing.T) {
	t.Parallel()
	f := during(t, 10*time.Minute, "", refusing(http.StatusInternalServerError, ""))
	assert.Less(t, len(f.at), 600/2)
	assert.Greater(t, len(f.at), 600/5)
	assert.NotEqual(t, f.at, during(t, 10*time.Minute, "", refusing(http.StatusInternalServerError, "")).at)
}

// signedFeed answers as a provider with one key, whatever it is asked.
func signedFeed(t *testing.T, claims func(r *http.Request) resourcetest.Claims) (keys string, answer func(w http.ResponseWriter, r *http.Request)) {
	t.Helper()
	issuer := resourcetest.NewIssuer(t)
	got, err := http.Get(issuer.URL + "/jwks")
	require.NoError(t, err)
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return string(raw), func(w http.ResponseWriter, r *http.Request) {
		all := resourcetest.Claims{
			"iss": "https://id.example.test", "aud": "api", "iat": time.Now().Unix(), "as_of": time.Now().Unix(),
			"since": r.URL.Query().Get("cursor"), "cursor": "a", "keep": 86400, "events": []event{},
		}
		maps.Copy(all, claims(r))
		_, _ = io.WriteString(w, issuer.Sign(resourcetest.Claims{"typ": "revocations+jwt"}, all))
	}
}

// A provider that tells the same for ever, and always says that there is more, is not asked without a pause.
func TestFeedThatDoesNotGoOn(t *testing.T) {
	t.Parallel()
	old := []event{{"kind": "token", "id": "t1", "at": 1}}
	for name, claims := range map[string]resourcetest.Claims{
		"the same cursor":         {"more": true},
		"the same event":          {"events": old},
		"more of the same event":  {"more": true, "events": old},
		"it does not wait at all": {},
	} {
		keys, answer := signedFeed(t, func(*http.Request) resourcetest.Claims { return claims })
		f := during(t, 10*time.Second, keys, answer)
		assert.Less(t, len(f.at), 250, name)
		assert.Greater(t, len(f.at), 50, name)
	}
}

// A cursor that the provider does not accept, such as after its data was lost, must not be sent for ever.
func TestFeedBeginsAnewWithoutACursor(t *testing.T) {
	t.Parallel()
	keys, answer := signedFeed(t, func(*http.Request) resourcetest.Claims { return nil })
	asked := 0
	f := during(t, 10*time.Second, keys, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked < 4 && r.URL.Query().Get("cursor") == "a" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		answer(w, r)
	})
	assert.Equal(t, []string{"", "a", "", "a"}, f.cursor[:4])
}
