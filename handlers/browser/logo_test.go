package browser_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/browser"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/logo"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// strangeID has every character with a meaning in a path.
const strangeID = "https://shop.example/../a_b~c@d:1//"

// clients are those of the test, by id.
type clients map[string]*client.Client

func (c clients) Client(_ context.Context, id string) (*client.Client, error) {
	if id == "broken" {
		return nil, provider.ErrUnavailable
	}
	if found, ok := c[id]; ok {
		return found, nil
	}
	return nil, provider.ErrNotFound
}

// web responds to fetches.
type web map[string]outbound.Fetched

func (w web) Get(_ context.Context, address, _ string, _ int64) (outbound.Fetched, error) {
	if answer, ok := w[address]; ok {
		return answer, nil
	}
	return outbound.Fetched{}, errors.Join(outbound.ErrFetch, errors.New("10.0.0.7 is prohibited"), context.DeadlineExceeded)
}

type noOrigins struct{}

func (noOrigins) Allowed(string) bool { return false }

type noSeal struct{}

func (noSeal) Seal(plaintext []byte) []byte       { return plaintext }
func (noSeal) Open(sealed []byte) ([]byte, error) { return sealed, nil }

const logoURI = "https://shop.example/logo.png"

func shopLogo(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))))
	return b.Bytes()
}

// logoServer serves the logos of the clients, behind the outer handler, and its log.
func logoServer(t *testing.T) (*httptest.Server, *bytes.Buffer) {
	t.Helper()
	registered := clients{}
	for id, uri := range map[string]string{"shop": logoURI, strangeID: logoURI, "plain": "", "disabled": logoURI, "gone": "https://gone.example/"} {
		registered[id] = &client.Client{ID: id, LogoURI: uri, Disabled: id == "disabled"}
	}
	fetch := web{logoURI: {MediaType: "image/x-png", Body: shopLogo(t)}}
	people := browser.New(browser.Config{Issuer: "https://id.example", AuthorizePath: "/oauth/authorize", LogoutPath: "/oauth/logout", Logos: logo.NewCache(registered, fetch, time.Now)})
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	policies, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	log := new(bytes.Buffer)
	frame, err := handlers.New(handlers.Config{
		Issuer: "https://id.example", Prefix: "/oauth",
		Routes: people.Routes(),
		Pages:  set, Records: refusal.NewRecorder(noSeal{}), Refusals: refusal.NewCatalogue(refusal.Limits{}), Origins: noOrigins{},
		Limiter: ratelimit.NewMemory(time.Now), Policies: policies,
		Clock: time.Now, Random: rand.Reader, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	require.NoError(t, err)
	server := httptest.NewServer(frame)
	t.Cleanup(server.Close)
	return server, log
}

func pathOf(id, uri string) string {
	return "/logo/" + base64.RawURLEncoding.EncodeToString([]byte(id)) + "/" + logo.Version(uri)
}

// ask sends a request with the path exactly as given.
func ask(t *testing.T, server *httptest.Server, method, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL, http.NoBody)
	require.NoError(t, err)
	r.URL.Opaque = path
	r.Header.Set("Accept", "image/avif,image/webp,image/*,*/*;q=0.8")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := server.Client().Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer, string(body)
}

// Bytes that a client chose are served from this server's origin, and must not run there.
func TestLogoIsServedAsAnImageAndNothingElse(t *testing.T) {
	t.Parallel()
	server, _ := logoServer(t)
	body := string(shopLogo(t))
	for _, id := range []string{"shop", strangeID} {
		path := pathOf(id, logoURI)
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			answer, got := ask(t, server, method, path)
			require.Equal(t, http.StatusOK, answer.StatusCode, path)
			if method == http.MethodGet {
				assert.Equal(t, body, got)
			} else {
				assert.Empty(t, got)
			}
			for name, value := range map[string]string{
				"Content-Type": "image/png", "Content-Length": strconv.Itoa(len(body)), "X-Content-Type-Options": "nosniff",
				"Content-Security-Policy":      "sandbox; default-src 'none'; frame-ancestors 'none'",
				"Cross-Origin-Resource-Policy": "same-origin", "Content-Disposition": `inline; filename="logo.png"`,
				"Cache-Control": "public, max-age=3600", "Set-Cookie": "", "Access-Control-Allow-Origin": "",
			} {
				assert.Equal(t, value, answer.Header.Get(name), name)
			}
		}
		answer, _ := ask(t, server, http.MethodGet, path)
		tag := answer.Header.Get("ETag")
		assert.Regexp(t, `^"[0-9a-f]{16}"$`, tag)
		answer, got := ask(t, server, http.MethodGet, path, "If-None-Match", tag)
		assert.Equal(t, http.StatusNotModified, answer.StatusCode)
		assert.Empty(t, got)
		assert.Equal(t, "public, max-age=3600", answer.Header.Get("Cache-Control"))
		answer, _ = ask(t, server, http.MethodGet, path, "If-None-Match", `"0000000000000000"`)
		assert.Equal(t, http.StatusOK, answer.StatusCode)
	}
}

func TestOtherLogoPathsAreNotFound(t *testing.T) {
	t.Parallel()
	server, _ := logoServer(t)
	good := pathOf("shop", logoURI)
	encoded, version := base64.RawURLEncoding.EncodeToString([]byte("shop")), logo.Version(logoURI)
	for name, path := range map[string]string{
		"unknown client":        pathOf("nobody", logoURI),
		"no logo":               pathOf("plain", ""),
		"disabled client":       pathOf("disabled", logoURI),
		"another version":       pathOf("shop", logoURI+"?2"),
		"version in capitals":   "/logo/" + encoded + "/" + strings.ToUpper(version),
		"no version":            "/logo/" + encoded + "/",
		"no client":             "/logo//" + version,
		"id in clear":           "/logo/shop/" + version,
		"an address":            "/logo/" + url.PathEscape(logoURI) + "/" + version,
		"padding":               "/logo/" + base64.URLEncoding.EncodeToString([]byte("shop")) + "/" + version,
		"unused bits":           "/logo/" + encoded[:len(encoded)-1] + "x/" + version,
		"line break":            "/logo/" + encoded[:2] + "%0a" + encoded[2:] + "/" + version,
		"escaped":               strings.Replace(good, "/c", "/%63", 1),
		"escaped slash":         strings.Replace(good, "/"+version, "%2f"+version, 1),
		"slash at the end":      good + "/",
		"with a parent":         "/x/.." + good,
		"something that is not": "/logo/" + encoded + "/" + version + "/logo.png",
	} {
		require.NotEqual(t, good, path, name)
		answer, body := ask(t, server, http.MethodGet, path, "Accept", "text/html")
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, name)
		assert.Contains(t, body, "Page not found", name)
		assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"), name)
		assert.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"), name)
	}
	answer, _ := ask(t, server, http.MethodPost, good)
	assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode)
	assert.Equal(t, "GET, HEAD", answer.Header.Get("Allow"))
}

// A logo that cannot be fetched is missing, also when the fetch timed out; the reason is for the
// operator. A failure of the database has another response.
func TestUnavailableLogoIsMissing(t *testing.T) {
	t.Parallel()
	server, log := logoServer(t)
	for range 2 {
		answer, body := ask(t, server, http.MethodGet, pathOf("gone", "https://gone.example/"))
		assert.Equal(t, http.StatusNotFound, answer.StatusCode)
		assert.Contains(t, body, "Logo not available")
		assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
		assert.NotContains(t, body, "10.0.0.7")
		assert.NotContains(t, body, "gone.example")
	}
	assert.Contains(t, log.String(), "10.0.0.7 is prohibited")
	assert.Contains(t, log.String(), "client_logo_uri")
	answer, _ := ask(t, server, http.MethodGet, pathOf("broken", logoURI))
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
}
