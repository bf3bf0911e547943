package main

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Uploads and streams take as long as the API lets them; questions of another proxy have neither.
func TestProxyLimitsWhatHasNoStreams(t *testing.T) {
	t.Parallel()
	for upstream, unlimited := range map[string]bool{"http://127.0.0.1:3000": true, "": false} {
		c := config{origin: map[string]string{}}
		c.ProxyUpstream, c.ProxyForwardAuth = upstream, upstream == ""
		server := c.listenAsProxy(listeners{ops: http.NotFoundHandler()}).server(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
		assert.Equal(t, unlimited, server.ReadTimeout == 0, upstream)
		assert.Equal(t, unlimited, server.WriteTimeout == 0, upstream)
		assert.Positive(t, server.ReadHeaderTimeout)
	}
}
