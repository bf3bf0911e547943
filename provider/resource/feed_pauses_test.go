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
	wait   []string
	lost   int // seconds in which it was not known what was revoked
	keys   string
	answer func(w http.ResponseWriter, r *http.Request)
}

// mostRequests in one test: more come of a loop without a pause, in which the time of the bubble stands.
const mostRequests = 1000

// RoundTrip is cut short where the answer aborts, as a handler does.
func (f *timedFeed) RoundTrip(r *http.Request) (response *http.Response, err error) {
	defer func() {
		if aborted := recover(); aborted == http.ErrAbortHandler { //nolint:errorlint // it is panicked with as it is
			response, err = nil, io.ErrUnexpectedEOF
		} else if aborted != nil {
			panic(aborted)
		}
	}()
	w := httptest.NewRecorder()
	if r.URL.Path == "/keys" {
		_, _ = w.WriteString(f.keys)
		return w.Result(), nil
	}
	f.mu.Lock()
	f.at, f.cursor = append(f.at, time.Since(f.began)), append(f.cursor, r.URL.Query().Get("cursor"))
	f.wait = append(f.wait, r.URL.Query().Get("wait"))
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
		for began := time.Now(); time.Since(began) < long; {
			time.Sleep(time.Second)
			if v.Stats().RevocationFeed != "followed" {
				f.lost++
			}
		}
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

// What is in between may cut requests that wait: the feed must not be lost for that.
func TestFeedBehindSomethingThatCutsLongRequests(t *testing.T) {
	t.Parallel()
	keys, answer := signedFeed(t, func(*http.Request) resourcetest.Claims { return nil })
	behind := func(long time.Duration, cut func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			wait, err := time.ParseDuration(r.URL.Query().Get("wait") + "s")
			assert.NoError(t, err)
			time.Sleep(min(wait, long))
			if wait > long {
				cut(w)
				return
			}
			answer(w, r)
		}
	}
	status := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	for name, cut := range map[string]func(http.ResponseWriter){
		"gateway timeout": status(http.StatusGatewayTimeout), "bad gateway": status(http.StatusBadGateway), "request timeout": status(http.StatusRequestTimeout),
		"origin timeout": status(524), "cut connection": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		f := during(t, 30*time.Minute, keys, behind(9*time.Second, cut))
		assert.Zero(t, f.lost, name)
		assert.Equal(t, []string{"0", "20", "0", "10", "0", "5", "5"}, f.wait[:7], name)
		longer := 0
		for _, wait := range f.wait {
			if wait == "10" {
				longer++
			}
		}
		assert.Greater(t, longer, 2, "%s: it tries again", name)
		assert.Less(t, longer, 7, "%s: and more and more seldom", name)
	}
	f := during(t, time.Minute, keys, behind(1500*time.Millisecond, status(http.StatusGatewayTimeout)))
	assert.Equal(t, []string{"0", "20", "0", "10", "0", "5", "0", "2", "0", "1", "1"}, f.wait[:11])
	assert.Zero(t, f.lost)

	began, passed := false, false
	f = during(t, 10*time.Minute, keys, func(w http.ResponseWriter, r *http.Request) {
		if passed = passed || began && r.URL.Query().Get("wait") == "5"; passed {
			behind(time.Hour, nil)(w, r)
			return
		}
		began = true
		behind(9*time.Second, status(http.StatusGatewayTimeout))(w, r)
	})
	assert.Equal(t, "20", f.wait[len(f.wait)-1], "it grows again")

	for _, refused := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusInternalServerError} {
		asked := 0
		f = during(t, 2*time.Minute, keys, func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked == 2 {
				w.WriteHeader(refused)
				return
			}
			behind(time.Hour, nil)(w, r)
		})
		assert.Equal(t, []string{"0", "20", "0", "20"}, f.wait[:4], "the provider itself says that it cannot")
	}
}
