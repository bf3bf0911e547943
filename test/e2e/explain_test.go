package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// about returns the URL of the explanation that an error page links to.
func about(t *testing.T, page response) string {
	t.Helper()
	found := regexp.MustCompile(`href="(/errors/[^"]+)"`).FindStringSubmatch(page.body)
	require.NotNil(t, found, page.body)
	return found[1]
}

// gatehouse explain shows the operator the full parameter and a command that allows it, which
// can be pasted into a shell. The public explanation and the error page show neither.
func TestExplainedCommandCanBePasted(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		wanted := "https://app.example.test/another/callback?tenant=blue&region=eu-west-1;zone=b"
		ask := url.Values{"redirect_uri": {wanted}}
		page := s.userAgent(t).authorize(ask)
		require.Equal(t, http.StatusBadRequest, page.status)
		address := about(t, page)
		for _, public := range []response{page, s.get(address)} {
			assert.NotContains(t, public.body, "another/callback")
			assert.NotContains(t, public.body, "gatehouse client")
		}

		explained := string(s.command("explain", address))
		assert.Regexp(t, `Client +app \(app\)`, explained)
		assert.Regexp(t, `When +20\d\d-.*Z\nNow +20\d\d-.*Z\n`, explained)
		assert.Regexp(t, `Received +`+regexp.QuoteMeta(wanted)+`\n`, explained)
		assert.Regexp(t, `Registered +`+regexp.QuoteMeta(callback)+`\n`, explained)
		var view struct{ Received, Command string }
		require.NoError(t, json.Unmarshal(s.command("explain", "--json", address), &view))
		assert.Equal(t, wanted, view.Received)
		assert.Contains(t, explained, view.Command)

		path, err := binary()
		require.NoError(t, err)
		shell := exec.Command("sh", "-c", view.Command)
		shell.Env = append(s.env[1:len(s.env):len(s.env)], "PATH="+filepath.Dir(path)+":/usr/bin:/bin")
		out, err := shell.CombinedOutput()
		require.NoError(t, err, string(out))
		s.soon(func() bool { return s.userAgent(t).authorize(ask).status == http.StatusOK }, "the redirect URI is not accepted")
	})
}

// Request parameters may hold terminal escape sequences, which must not reach the terminal.
func TestExplainEscapesControlCharacters(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	explained := string(s.command("explain", about(t, s.userAgent(t).authorize(url.Values{"redirect_uri": {"https://evil.example/\x1b[2K\r\u202e"}}))))
	assert.NotContains(t, explained, "\x1b")
	assert.NotContains(t, explained, "\u202e")
	assert.Contains(t, explained, `\u001b[2K\u000d\u202e`)
	assert.NotContains(t, explained, "Run ")
}

// In development mode the error page shows the details: its only user is the developer.
func TestDevelopmentServerShowsExpectedValues(t *testing.T) {
	t.Parallel()
	s := dev(t)
	got := s.get("/oauth/authorize?" + url.Values{"client_id": {"demo-web"}, "response_type": {"code"}, "redirect_uri": {"http://" + s.demo + "/<b>callback"}}.Encode())
	require.Equal(t, http.StatusBadRequest, got.status)
	for _, shown := range []string{"<code>redirect_uri</code>", "<code>http://" + s.demo + "/callback", "<code>http://" + s.demo + "/&lt;b&gt;callback</code>"} {
		assert.Contains(t, got.body, shown)
	}
	assert.NotContains(t, got.body, "<b>")
	command := regexp.MustCompile(`<code>gatehouse (explain --dev [^<]+)</code>`).FindStringSubmatch(got.body)
	require.NotNil(t, command, got.body)
	assert.Contains(t, string(s.command(strings.Fields(command[1])...)), "http://"+s.demo+"/<b>callback")
}
