package websession_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What applications watch is over when the session is, also where it ends without a request.
func TestTheBrowserStateEndsWithTheSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Watched, f.Idle = true, time.Hour
	const name = "__Host-gatehouse_browser_state"
	until := func() time.Duration {
		require.Contains(t, f.cookies, name)
		_, text, _ := strings.Cut(f.cookies[name].Value, ".")
		seconds, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		return time.Unix(seconds, 0).Sub(f.now)
	}
	watch := func() (state string, set bool) {
		w := httptest.NewRecorder()
		s, err := f.Current(f.request(t.Context(), ""))
		require.NoError(t, err)
		require.NotNil(t, s)
		state = f.BrowserState(w, f.request(t.Context(), ""), s)
		f.keep(w)
		return state, len(w.Result().Cookies()) > 0
	}
	f.begin(t, false)
	cookie := f.cookies[name]
	assert.True(t, cookie.Secure && !cookie.HttpOnly && cookie.SameSite == http.SameSiteNoneMode && cookie.Domain == "" && cookie.Path == "/")
	assert.Zero(t, cookie.MaxAge)
	assert.Equal(t, time.Hour, until(), "unless it is used")
	first, set := watch()
	assert.False(t, set)
	f.now = f.now.Add(50 * time.Minute)
	again, set := watch()
	assert.True(t, set, "it was used")
	assert.Equal(t, first, again, "the session is the same")
	assert.Equal(t, time.Hour, until())
	for range 23 {
		f.now = f.now.Add(time.Hour - time.Minute)
		watch()
	}
	assert.Less(t, until(), time.Hour, "it ends in any case")
	f.cookies[name].Value = first // of the previous version
	_, set = watch()
	assert.True(t, set)

	w := httptest.NewRecorder()
	f.DropBrowserState(w, f.request(t.Context(), ""))
	f.keep(w)
	assert.NotContains(t, f.cookies, name)
	w = httptest.NewRecorder()
	f.DropBrowserState(w, f.request(t.Context(), ""))
	assert.Empty(t, w.Result().Cookies())
}
