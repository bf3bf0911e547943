package websession_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/websession"
)

// A trial is kept for the pages below one path of one browser, sealed and for ten minutes.
func TestATrialIsKeptInOneBrowser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, err := f.Trial(f.request(t.Context(), ""))
	require.ErrorIs(t, err, websession.ErrForeign)
	w := httptest.NewRecorder()
	f.SetTrial(w, f.request(t.Context(), ""), "/admin/try", []byte("a verifier"))
	f.keep(w)
	kept := f.cookies["__Secure-gatehouse_try"]
	require.NotNil(t, kept)
	assert.Equal(t, []any{"/admin/try", 600, true, true, http.SameSiteLaxMode, ""}, []any{kept.Path, kept.MaxAge, kept.HttpOnly, kept.Secure, kept.SameSite, kept.Domain})
	assert.NotContains(t, kept.Value, "verifier")
	plain, err := f.Trial(f.request(t.Context(), ""))
	require.NoError(t, err)
	assert.Equal(t, "a verifier", string(plain))
	_, err = f.Open(f.request(t.Context(), ""), websession.ConsoleRun, kept.Value)
	require.ErrorIs(t, err, websession.ErrForeign, "it is nothing else")

	other := newFixture(t)
	other.cookies["__Secure-gatehouse_try"] = kept
	_, err = other.Trial(other.request(t.Context(), ""))
	require.ErrorIs(t, err, websession.ErrForeign)

	w = httptest.NewRecorder()
	f.EndTrial(w, "/admin/try")
	ended := w.Result().Cookies()[0]
	assert.Equal(t, []any{"/admin/try", "__Secure-gatehouse_try", ""}, []any{ended.Path, ended.Name, ended.Value})
	assert.Negative(t, ended.MaxAge)
}
