package e2e_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// administrator is the browser of the administrator of a development server.
func (s *server) administrator(t *testing.T) (open func(path string, form url.Values) response) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar}
	open = func(path string, form url.Values) response {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, s.url+path, nil)
		if form != nil {
			r, err = http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
		}
		require.NoError(t, err)
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", s.url)
		}
		got, err := browser.Do(r)
		require.NoError(t, err)
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		return response{got.StatusCode, got.Header, string(body)}
	}
	form := url.Values{"username": {"admin"}, "password": {"looking-glass"}}
	for _, field := range regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(open("/admin?span=month", nil).body, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	require.Contains(t, open("/login", form).body, `<a href="/admin?span=month" aria-current="true">`, "the place is kept")
	return open
}

// A client that was registered in the console signs somebody in with the program that the console shows for it.
func TestSettingsOfTheConsoleSignIn(t *testing.T) {
	t.Parallel()
	s := dev(t)
	open := s.administrator(t)
	listen := fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	made := open("/admin/new-client/web", url.Values{
		"page":        {hidden(t, open("/admin/new-client/web", nil), "page")},
		"client_name": {"Go program"}, "client_id": {"go/program"}, "redirect_uris": {"http://" + listen + "/callback"}, "scopes": {"openid profile"}, "require_pkce": {"true"},
	})
	require.Equal(t, http.StatusCreated, made.status, made.body)
	secret := regexp.MustCompile(`<code class="value">([0-9a-f]{64})</code>`).FindStringSubmatch(made.body)
	require.NotNil(t, secret)
	page := open("/admin/clients/go%2Fprogram/settings/go-oidc", nil)
	assert.NotContains(t, page.body, secret[1])
	text := regexp.MustCompile(`(?s)<pre[^>]*><code>(.*?)</code></pre>`).FindStringSubmatch(page.body)
	require.NotNil(t, text, page.body)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(html.UnescapeString(text[1])), 0o600))
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "program"), filepath.Join(dir, "main.go")).CombinedOutput()
	require.NoError(t, err, "%s", built)
	log := &harness.Output{}
	program := exec.Command(filepath.Join(dir, "program"))
	program.Env, program.Stdout, program.Stderr = append(os.Environ(), "CLIENT_SECRET="+secret[1]), log, log
	require.NoError(t, program.Start())
	t.Cleanup(func() { _ = program.Process.Kill() })

	var begun *http.Response
	s.soon(func() bool {
		r, err := http.NewRequest(http.MethodGet, "http://"+listen+"/", nil)
		require.NoError(t, err)
		begun, err = http.DefaultTransport.RoundTrip(r)
		return err == nil && begun.Body.Close() == nil
	}, "the program does not start")
	address, err := begun.Location()
	require.NoError(t, err)
	r, err := http.NewRequest(http.MethodGet, s.signInAt(t, address), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, s.send(r).status, "in another browser")
	for _, cookie := range begun.Cookies() {
		r.AddCookie(cookie)
	}
	done := s.send(r)
	assert.Equal(t, http.StatusOK, done.status, done.body)
	assert.Contains(t, done.body, "signed in as ")
	assert.Contains(t, open("/admin/clients/go%2Fprogram", nil).body, ">alice</a>", "whose token the console lists")
}
