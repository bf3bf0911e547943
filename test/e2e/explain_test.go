package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// about is the address of the explanation that an error page links to.
func about(t *testing.T, page response) string {
	t.Helper()
	found := regexp.MustCompile(`href="(/errors/[^"]+)"`).FindStringSubmatch(page.body)
	require.NotNil(t, found, page.body)
	return found[1]
}

// The operator reads what came, whole, and pastes what lets it through; the public reads
// neither, and neither does the person at the browser.
func TestWhatIsExplainedCanBePasted(t *testing.T) {
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

		told := string(s.command("explain", address))
		assert.Regexp(t, `Client +app \(app\)`, told)
		assert.Regexp(t, `When +20\d\d-.*Z\nNow +20\d\d-.*Z\n`, told)
		assert.Regexp(t, `Received +`+regexp.QuoteMeta(wanted)+`\n`, told)
		assert.Regexp(t, `Registered +`+regexp.QuoteMeta(callback)+`\n`, told)
		var view struct{ Received, Command string }
		require.NoError(t, json.Unmarshal(s.command("explain", "--json", address), &view))
		assert.Equal(t, wanted, view.Received)
		assert.Contains(t, told, view.Command)

		path, err := binary()
		require.NoError(t, err)
		shell := exec.Command("sh", "-c", view.Command)
		shell.Env = append(s.env[1:len(s.env):len(s.env)], "PATH="+filepath.Dir(path)+":/usr/bin:/bin")
		out, err := shell.CombinedOutput()
		require.NoError(t, err, string(out))
		s.soon(func() bool { return s.userAgent(t).authorize(ask).status == http.StatusOK }, "the address is not accepted")
	})
}

// What came may be anything: on a terminal it is text.
func TestWhatIsExplainedCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	s, _ := startWithUser(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	told := string(s.command("explain", about(t, s.userAgent(t).authorize(url.Values{"redirect_uri": {"https://evil.example/\x1b[2K\r\u202e"}}))))
	assert.NotContains(t, told, "\x1b")
	assert.NotContains(t, told, "\u202e")
	assert.Contains(t, told, `\u001b[2K\u000d\u202e`)
	assert.NotContains(t, told, "Run ")
}

// On a development server the page tells the developer, who is the only one there.
func TestADevelopmentServerShowsWhatItExpected(t *testing.T) {
	t.Parallel()
	s := dev(t)
	got := s.get("/oauth/authorize?" + url.Values{"client_id": {"demo-web"}, "response_type": {"code"}, "redirect_uri": {`http://127.0.0.1:5555/<b>callback`}}.Encode())
	require.Equal(t, http.StatusBadRequest, got.status)
	for _, shown := range []string{"<code>redirect_uri</code>", "<code>http://127.0.0.1:5555/callback", "<code>http://127.0.0.1:5555/&lt;b&gt;callback</code>"} {
		assert.Contains(t, got.body, shown)
	}
	assert.NotContains(t, got.body, "<b>")
}
