package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the issuer compresses must be read, and what the API compresses must pass as it is.
func TestCompressedAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Accepted", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = io.WriteString(packed, "keys")
		_ = packed.Close()
	}))
	t.Cleanup(server.Close)
	c := &config{}
	issuer, err := c.issuerClient()
	require.NoError(t, err)
	upstream, err := c.proxyTransport()
	require.NoError(t, err)
	for accepted, client := range map[string]*http.Client{"gzip": issuer, "": {Transport: upstream}} {
		response, err := client.Get(server.URL)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, accepted, response.Header.Get("X-Accepted"))
		assert.Equal(t, accepted != "", string(body) == "keys")
	}
}
