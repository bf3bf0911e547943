package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestAssetsAreCachedForeverAndOthersAreA404(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	address := regexp.MustCompile(`/assets/[0-9a-f]+/gatehouse.css`).FindString(f.do("GET", "/nothing", "", "Accept", "text/html").Body.String())
	w := f.do("GET", address, "")
	assert.Equal(t, "public, max-age=31536000, immutable", w.Header().Get("Cache-Control"))
	assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "/assets/{checksum}/{name}", f.lastLine(t)["route"])

	w = f.do("GET", "/assets/0000000000000000/gatehouse.css", "")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
}

// In development every page would otherwise log a line for each stylesheet and image. Failures and
// all other requests are logged, and in production assets too.
func TestAssetsCanBeLoggedAtLevelDebug(t *testing.T) {
	t.Parallel()
	for _, quiet := range []bool{true, false} {
		f := newFrame(t, func(c *handlers.Config) { c.QuietAssets = quiet })
		page := f.do("GET", "/nothing", "", "Accept", "text/html").Body.String()
		f.do("GET", regexp.MustCompile(`/assets/[0-9a-f]+/gatehouse.css`).FindString(page), "")
		assert.Equal(t, map[bool]int{true: 1, false: 2}[quiet], strings.Count(f.log.String(), "\n"))
		f.do("GET", "/assets/0000000000000000/gatehouse.css", "")
		assert.InDelta(t, http.StatusNotFound, f.lastLine(t)["status"], 0)
	}
}
