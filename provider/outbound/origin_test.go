package outbound_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// What is not the one origin is never connected to, in any spelling, nor by a redirect.
func TestAnOriginSendsToNothingElse(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer other.Close()
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, other.URL, http.StatusFound)
			return
		}
		reached.Add(1)
	}))
	defer own.Close()
	client, err := outbound.NewOrigin(outbound.Options{}, own.URL)
	require.NoError(t, err)
	host := strings.TrimPrefix(own.URL, "http://")
	elsewhere := strings.TrimPrefix(other.URL, "http://")
	for _, address := range []string{
		other.URL, "https://" + host, "//" + host, "http://" + host + "@" + elsewhere + "/", "http://user@" + host + "/", "http://" + host + ".example/",
		"http://" + host + "#@" + elsewhere + ":/", "http://localhost" + host[strings.LastIndex(host, ":"):], "http://" + elsewhere + "/" + own.URL, "http://169.254.169.254/", "file:///etc/passwd", "", "/", " " + own.URL,
	} {
		if _, err := client.Do(t.Context(), http.MethodGet, address, nil, "", 10); address != "http://"+host+"#@"+elsewhere+":/" {
			assert.ErrorIs(t, err, outbound.ErrFetch, address)
		}
	}
	assert.EqualValues(t, 1, reached.Load(), "what is after # is no part of the origin")
	reply, err := client.Do(t.Context(), http.MethodGet, own.URL+"/away", nil, "", 10)
	require.NoError(t, err)
	assert.Equal(t, http.StatusFound, reply.Status)
	assert.EqualValues(t, 1, reached.Load(), "redirects are not followed")
	for _, origin := range []string{"", "localhost:8080", "ftp://localhost", "http://localhost/path", "http://user@localhost", "http://"} {
		_, err := outbound.NewOrigin(outbound.Options{}, origin)
		assert.Error(t, err, origin)
	}
}

// Every status is a reply, and a long body ends.
func TestAnOriginReadsWhateverItAnswers(t *testing.T) {
	t.Parallel()
	own := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Method", r.Method+" "+r.Header.Get("X-Sent"))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(body)
	}))
	defer own.Close()
	client, err := outbound.NewOrigin(outbound.Options{}, own.URL)
	require.NoError(t, err)
	for body, cut := range map[string]bool{"0123456789": false, "0123456789a": true} {
		reply, err := client.Do(t.Context(), http.MethodPost, own.URL+"/x", http.Header{"X-Sent": {"this"}}, body, 10)
		require.NoError(t, err)
		assert.Equal(t, http.StatusTeapot, reply.Status)
		assert.Equal(t, "POST this", reply.Header.Get("X-Method"))
		assert.Equal(t, "0123456789", string(reply.Body))
		assert.Equal(t, cut, reply.Cut)
	}
}
