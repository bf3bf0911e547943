package websession_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
)

// The pages find the chosen language under the name that they are told.
func TestChosenLanguageIsKeptForAYear(t *testing.T) {
	t.Parallel()
	for _, issuer := range []string{"https://id.example", "http://localhost:8080"} {
		s, err := websession.New(websession.Config{Issuer: issuer})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		s.RememberLanguage(w, "fr")
		cookie, err := http.ParseSetCookie(w.Header().Get("Set-Cookie"))
		require.NoError(t, err)
		assert.Equal(t, websession.LanguageCookie(issuer), cookie.Name)
		assert.Equal(t, "fr", cookie.Value)
		assert.Equal(t, 365*24*60*60, cookie.MaxAge)
		secure := strings.HasPrefix(issuer, "https:")
		assert.Equal(t, secure, strings.HasPrefix(cookie.Name, "__Host-"))
		assert.Equal(t, secure, cookie.Secure)
		assert.True(t, cookie.HttpOnly)
		assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	}
}
