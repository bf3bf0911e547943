package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The operator's name, logo, color and links are on the pages, under the policy that forbids inline
// styles and scripts.
func TestBrandOnThePages(t *testing.T) {
	t.Parallel()
	logo := filepath.Join(t.TempDir(), "logo.svg")
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 60"><style>path{fill:#8a1538}</style><path d="M0 60 45 0l45 60z"/></svg>`
	require.NoError(t, os.WriteFile(logo, []byte(svg), 0o600))
	s := dev(t, "GATEHOUSE_BRAND_NAME=Smith & Sons", "GATEHOUSE_BRAND_LOGO="+logo, "GATEHOUSE_BRAND_COLOR=#8a1538",
		"GATEHOUSE_BRAND_LINKS=Help=https://example.com/help,Privacy=https://example.com/privacy,Imprint=https://example.com/imprint")
	w := newWindow(t, s)
	for theme, color := range map[string]string{"light": "rgb(138, 21, 56)", "dark": "rgb(184, 112, 134)"} {
		for _, width := range []int64{375, 1280} {
			w.do(chromedp.EmulateViewport(width, 900), prefer(theme))
			w.start()
			w.do(chromedp.WaitVisible("#login-page"))
			w.screenshot("brand", theme, width)
			assert.Equal(t, color, read(w, chromedp.Evaluate[string](`getComputedStyle(document.querySelector('#login-submit')).backgroundColor`)), theme)
			assert.Equal(t, "42x28", read(w, chromedp.Evaluate[string](`(i => i.complete && i.naturalWidth > 0 && i.offsetWidth + 'x' + i.offsetHeight)(document.querySelector('.brand img'))`)))
			assert.Equal(t, "Smith & Sons", read(w, chromedp.Text(".brand")))
			assert.Equal(t, "Sign in · Smith & Sons", read(w, chromedp.Title()))
			assert.Equal(t, "Smith & Sons · Help · Privacy · Imprint", read(w, chromedp.Text("footer p")))
		}
	}

	address := read(w, chromedp.Evaluate[string](`document.querySelector('.brand img').getAttribute('src')`))
	got := s.get(address)
	require.Equal(t, http.StatusOK, got.status)
	assert.Equal(t, svg, got.body)
	assert.Contains(t, got.header.Get("Content-Security-Policy"), "sandbox; default-src 'none'")
	assert.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
}
