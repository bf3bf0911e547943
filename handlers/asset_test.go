package handlers_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
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
