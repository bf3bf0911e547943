package handlers_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestLandingPageLeadsToTheDocuments(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		c.Routes, c.Landing, c.Pages = routes("/auth", says), landingAt("/auth"), newPages(t, true)
	})
	w := f.do("GET", "/", "")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), issuer)
	assert.Contains(t, w.Body.String(), "Development server")
	links := regexp.MustCompile(`(?:href|src)="(/[^"]*)"`).FindAllStringSubmatch(w.Body.String(), -1)
	assert.GreaterOrEqual(t, len(links), 6)
	for _, link := range links {
		assert.Equal(t, http.StatusOK, f.do("GET", link[1], "").Code, link[1])
	}
}

func TestAssetsAreCachedForeverAndOthersAreA404(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	address := regexp.MustCompile(`/assets/[0-9a-f]+/gatehouse.css`).FindString(f.do("GET", "/", "").Body.String())
	w := f.do("GET", address, "")
	assert.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
	assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "/assets/{checksum}/{name}", f.lastLine(t)["route"])

	w = f.do("GET", "/assets/0000000000000000/gatehouse.css", "")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}
