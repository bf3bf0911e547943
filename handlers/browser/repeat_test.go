package browser

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// A posted request is repeated where cookies are sent: by a redirect or, where that would be too long for proxies, by a
// page that posts it from here.
func TestPostedRequestsAreRepeated(t *testing.T) {
	t.Parallel()
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	b := New(Config{Pages: set})
	repeat := func(state int, site string) (*httptest.ResponseRecorder, bool, error) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/oauth/authorize", nil)
		r.Header.Set("Sec-Fetch-Site", site)
		answered, err := b.repeat(w, r, "/oauth/authorize", url.Values{"state": {strings.Repeat("s", state)}})
		return w, answered, err
	}
	for _, site := range []string{"", "cross-site", "same-origin"} {
		w, answered, err := repeat(3000, site)
		require.NoError(t, err)
		assert.True(t, answered)
		assert.Equal(t, http.StatusSeeOther, w.Code, site)
	}
	for _, site := range []string{"cross-site", "same-site", "none"} {
		w, answered, err := repeat(9000, site)
		require.NoError(t, err)
		assert.True(t, answered)
		assert.Equal(t, http.StatusOK, w.Code, site)
		assert.Contains(t, w.Body.String(), `action="/oauth/authorize"`)
		assert.Empty(t, w.Header().Get("Location"))
	}
	_, answered, err := repeat(9000, "same-origin")
	require.NoError(t, err)
	assert.False(t, answered, "it has been repeated")
	w, _, err := repeat(9000, "")
	require.NoError(t, err)
	assert.Equal(t, http.StatusSeeOther, w.Code)
	_, _, err = repeat(17_000, "same-origin")
	require.ErrorContains(t, err, "too long")
}
