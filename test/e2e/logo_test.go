package e2e_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// logoHost is the web server of applications: /logo.png is a logo, /slow delays the response
// until release is closed, and all other paths are not found.
type logoHost struct {
	*httptest.Server

	release chan struct{}
	mu      sync.Mutex
	asked   []*http.Request
}

func newLogoHost(t *testing.T) *logoHost {
	t.Helper()
	h := &logoHost{release: make(chan struct{})}
	body := wideLogo(t)
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r)
		h.mu.Unlock()
		switch r.URL.Path {
		case "/slow":
			select {
			case <-h.release:
			case <-r.Context().Done():
			}
			fallthrough
		case "/logo.png":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(body)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

// wideLogo is a typical logo: dark on transparent, and twice as wide as high.
func wideLogo(t *testing.T) []byte {
	t.Helper()
	canvas := image.NewNRGBA(image.Rect(0, 0, 240, 120))
	for y := range 120 {
		for x := range 240 {
			if dx, dy := x%120-60, y-60; dx*dx+dy*dy < 50*50 {
				canvas.Set(x, y, color.NRGBA{20, uint8(80 + x/3), 60, 255})
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, canvas))
	return b.Bytes()
}

func (h *logoHost) requests() []*http.Request {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked
}

// outboundSettings allow a server to fetch from the host.
func (h *logoHost) outboundSettings(t *testing.T) []string {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw}), 0o600))
	return []string{"GATEHOUSE_OUTBOUND_CA=" + ca, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1"}
}

var logoLink = regexp.MustCompile(`<img src="(/logo/[^"]+)" alt="" width="48" height="48">`)

// The logo is served from the server's own origin and fetched when a browser requests it: a page
// never waits for the application's server, and that server learns nothing about the user.
func TestLogoIsServedFromACopy(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		host := newLogoHost(t)
		s := prepare(t, databaseURL)
		s.env = append(s.env, host.outboundSettings(t)...)
		s.run()
		register := func(id, path string, more ...string) {
			s.client(id, append(more, "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid", "--logo-uri", host.URL+path)...)
		}
		register("https://shop.example/app", "/logo.png", "--public")
		register("broken", "/nothing")
		p := s.userAgent(t)
		loginOf := func(id string) string {
			page := p.authorize(map[string][]string{
				"client_id": {id}, "scope": {"openid"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
			})
			require.Contains(t, page.body, `id="login-page"`)
			link := logoLink.FindStringSubmatch(page.body)
			require.NotNil(t, link, page.body)
			return link[1]
		}
		path := loginOf("https://shop.example/app")
		assert.Empty(t, host.requests())
		for range 3 {
			got := p.open(path)
			require.Equal(t, http.StatusOK, got.status, got.body)
			assert.Equal(t, "image/png", got.header.Get("Content-Type"))
			assert.Equal(t, string(wideLogo(t)), got.body)
			assert.Contains(t, got.header.Get("Content-Security-Policy"), "sandbox")
		}
		asked := host.requests()
		require.Len(t, asked, 1)
		for _, name := range []string{"Cookie", "Referer", "X-Forwarded-For", "Authorization"} {
			assert.Empty(t, asked[0].Header.Get(name), name)
		}

		assert.Equal(t, http.StatusNotFound, p.open(loginOf("broken")).status)
		s.command("client", "update", "https://shop.example/app", "--logo-uri", host.URL+"/nothing")
		eventually(t, func() bool { return p.open(path).status == http.StatusNotFound })
		assert.NotEqual(t, path, loginOf("https://shop.example/app"))
		s.command("client", "update", "https://shop.example/app", "--logo-uri", "")
		eventually(t, func() bool {
			return !strings.Contains(p.authorize(map[string][]string{"client_id": {"https://shop.example/app"}, "scope": {"openid"}}).body, "/logo/")
		})
	})
}

// The pages show the logo or a placeholder of the same size, so that the layout does not shift
// when a logo arrives late or never.
func TestLogosOnThePages(t *testing.T) {
	t.Parallel()
	host := newLogoHost(t)
	s := dev(t, host.outboundSettings(t)...)
	w := newWindow(t, s)
	for _, path := range []string{"/logo.png", "/nothing", "/slow"} {
		s.command("client", "create", "--dev", "Riverside Cycles & Repairs", "https://shop.example"+path, "--public", "--client-type", "native", "--grant-type", "authorization_code",
			"--redirect-uri", "http://127.0.0.1/callback", "--scope", "openid profile email", "--logo-uri", host.URL+path)
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 1440} {
			w.do(chromedp.EmulateViewport(width, 800), prefer(theme))
			layouts := map[string]string{}
			for path, seen := range map[string]string{"/logo.png": "0 240", "/nothing": "1 0"} {
				w.config.ClientID = "https://shop.example" + path
				name := "-logo" + strings.TrimSuffix(strings.ReplaceAll(path, "/", "-"), ".png")
				w.start(oauth2.SetAuthURLParam("prompt", "login"))
				w.do(chromedp.WaitVisible("#login-page"))
				assert.Equal(t, seen, w.logo())
				w.screenshot("login"+name, theme, width)
				w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"))
				assert.Equal(t, seen, w.logo())
				w.screenshot("consent"+name, theme, width)
				layouts[path] = w.layout()
			}
			assert.Equal(t, layouts["/logo.png"], layouts["/nothing"])
		}
	}

	// The page is shown and usable while the application's server delays the logo.
	w.config.ClientID = "https://shop.example/slow"
	address := w.config.AuthCodeURL("state", oauth2.SetAuthURLParam("prompt", "login"), oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
	w.do(chromedp.Navigate("about:blank"))
	read(w, chromedp.Evaluate[string](fmt.Sprintf(`setTimeout(() => location.assign(%q), 0) && ""`, address)))
	w.do(chromedp.WaitVisible("#login-page"))
	require.False(t, read(w, chromedp.Evaluate[bool](`document.querySelector('.logo img').complete`)))
	before := w.layout()
	w.screenshot("login-logo-slow", "dark", 1440)
	close(host.release)
	eventually(t, func() bool { return read(w, chromedp.Evaluate[bool](`document.querySelector('.logo img').complete`)) })
	assert.Equal(t, "0 240", w.logo())
	assert.Equal(t, before, w.layout())
}

// logo waits until images are loaded and returns the index of the visible one (0: logo, 1:
// placeholder) and the natural width of the logo.
func (w *window) logo() string {
	w.t.Helper()
	eventually(w.t, func() bool {
		return read(w, chromedp.Evaluate[bool](`[...document.images].every(i => i.complete)`))
	})
	return read(w, chromedp.Evaluate[string](`(() => {
		const images = [...document.querySelectorAll('.logo img')], place = document.querySelector('.logo').getBoundingClientRect();
		const shown = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2);
		return images.indexOf(shown) + ' ' + images[0].naturalWidth;
	})()`))
}

// layout returns the position of every element of the page except images.
func (w *window) layout() string {
	w.t.Helper()
	return read(w, chromedp.Evaluate[string](`[...document.querySelectorAll('main *:not(img)')].map(e => e.tagName + JSON.stringify(e.getBoundingClientRect())).join('\n')`))
}
