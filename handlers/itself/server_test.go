package itself_test

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/itself"
)

// A request arrives as one of the person who asked for it, and its answer is bounded.
func TestARequestComesFromWhoAsked(t *testing.T) {
	t.Parallel()
	s, err := itself.New("https://id.example")
	require.NoError(t, err)
	ctx := canonical.With(t.Context(), &canonical.Line{ClientAddress: netip.MustParseAddr("2001:db8::7"), UserAgent: "a browser"})
	_, err = s.Do(ctx, http.MethodGet, "/x", http.Header{}, "", 1)
	require.ErrorIs(t, err, itself.ErrNotServing)
	s.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		w.Header().Set("Seen", strings.Join([]string{r.Method, r.Host, r.RequestURI, r.RemoteAddr, r.UserAgent(), r.Header.Get("Accept"), string(body)}, " "))
		w.WriteHeader(http.StatusTeapot)
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, "1234")
		_, _ = io.WriteString(w, "5678")
	}))
	header := http.Header{"Accept": {"text/plain"}}
	got, err := s.Do(ctx, http.MethodPost, "/x?y=z", header, "the body", 6)
	require.NoError(t, err)
	assert.Equal(t, http.StatusTeapot, got.Status)
	assert.Equal(t, "POST id.example /x?y=z [2001:db8::7]:0 a browser text/plain the body", got.Header.Get("Seen"))
	assert.Equal(t, "123456", string(got.Body))
	assert.True(t, got.Cut)
	assert.Empty(t, header.Get("User-Agent"), "the header of the caller is its own")
	whole, err := s.Do(ctx, http.MethodGet, "/x", header, "", 8)
	require.NoError(t, err)
	assert.False(t, whole.Cut)
	_, err = itself.New("no origin")
	require.Error(t, err)
	_, err = s.Do(ctx, "no method", "/x", header, "", 1)
	require.Error(t, err)
	s.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	_, err = s.Do(ctx, http.MethodGet, "/x", header, "", 1)
	require.ErrorIs(t, err, itself.ErrAborted)
}
