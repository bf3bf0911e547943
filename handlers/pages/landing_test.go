package pages

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who may enter the console finds it from the start page.
func TestLandingLinksTheConsole(t *testing.T) {
	t.Parallel()
	set, err := New(Settings{})
	require.NoError(t, err)
	for _, enters := range []bool{true, false} {
		w := httptest.NewRecorder()
		require.NoError(t, set.For(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)).Landing(w, Landing{Username: "alice", Logout: "/oauth/logout", Console: enters}))
		if enters {
			assert.Contains(t, w.Body.String(), `id="landing-console" href="/admin"`)
		} else {
			assert.NotContains(t, w.Body.String(), "landing-console")
		}
	}
}
