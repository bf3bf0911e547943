package e2e_test

import (
	"fmt"
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

// example starts one of test/examples against a development server. It ends with the test.
func (s *server) example(t *testing.T, name string, env ...string) (*exec.Cmd, *harness.Output) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../examples/"+name).CombinedOutput()
	require.NoError(t, err, "%s", built)
	log := &harness.Output{}
	cmd := exec.Command(path)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), append(env, "ISSUER="+s.url)...), log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, log
}

func TestExamplesOfAServiceAndAnAPI(t *testing.T) {
	t.Parallel()
	s := dev(t)
	listen := fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	s.example(t, "api", "LISTEN="+listen)
	s.soon(func() bool {
		got, err := http.Get("http://" + listen + "/orders")
		return err == nil && got.Body.Close() == nil && got.StatusCode == http.StatusUnauthorized
	}, "the API does not refuse a request without a token")
	service, log := s.example(t, "service", "API=http://"+listen)
	require.NoError(t, service.Wait(), "%s", log)
	assert.Equal(t, `200 OK: {"subject":"demo-service"}`+"\n", log.String())
}

func TestExampleOfACommandLineProgram(t *testing.T) {
	t.Parallel()
	s := dev(t)
	program, log := s.example(t, "command-line")
	var address *url.URL
	s.soon(func() bool {
		var err error
		address, err = url.Parse(regexp.MustCompile(`http\S+`).FindString(log.String()))
		return err == nil && address.Host != ""
	}, "the program shows no address")
	back := s.signInAt(t, address)
	assert.Equal(t, http.StatusOK, s.visit(t, back, "").status)
	require.NoError(t, program.Wait(), "%s", log)
	assert.Contains(t, log.String(), "signed in as Alice Pleasance Liddell (")
}

func TestExampleOfAWebApplication(t *testing.T) {
	t.Parallel()
	s := dev(t)
	listen := fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	s.command("client", "update", "demo-web", "--dev", "--add-redirect-uri", "http://"+listen+"/callback")
	s.example(t, "web", "LISTEN="+listen)
	var begun *http.Response
	s.soon(func() bool {
		r, err := http.NewRequest(http.MethodGet, "http://"+listen+"/", nil)
		require.NoError(t, err)
		begun, err = http.DefaultTransport.RoundTrip(r)
		return err == nil && begun.Body.Close() == nil
	}, "the application does not start")
	address, err := begun.Location()
	require.NoError(t, err)
	back := s.signInAt(t, address)
	assert.Equal(t, http.StatusBadRequest, s.visit(t, back, "").status, "in another browser")
	done := s.visit(t, back, begun.Cookies()[0].String())
	assert.Equal(t, http.StatusSeeOther, done.status, done.body)
	assert.Equal(t, "/", done.header.Get("Location"), "the code is not in the address")
	cookies := map[string]*http.Cookie{}
	for _, cookie := range (&http.Response{Header: done.header}).Cookies() {
		cookies[cookie.Name] = cookie
	}
	require.Len(t, cookies, 2)
	assert.Negative(t, cookies["sign-in"].MaxAge, "it is deleted")
	assert.Equal(t, "sign-in", begun.Cookies()[0].Name)
	page := s.visit(t, "http://"+listen+"/", cookies["session"].String())
	assert.Equal(t, http.StatusOK, page.status, page.body)
	assert.Contains(t, page.body, "Signed in as <b>Alice Pleasance Liddell</b>")
	assert.Equal(t, http.StatusSeeOther, s.visit(t, "http://"+listen+"/", "session=guessed").status)
}

// signInAt signs alice in at an authorization URL, and returns where she is sent. The cookies of a
// development server are not those that userAgent asserts.
func (s *server) signInAt(t *testing.T, address *url.URL) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if "http://"+r.URL.Host != s.url {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	read := func(got *http.Response, err error) response {
		require.NoError(t, err)
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		return response{got.StatusCode, got.Header, string(body)}
	}
	page := read(browser.Get(address.String()))
	page = read(browser.PostForm(s.url+"/login", url.Values{"flow": {hidden(t, page, "flow")}, "username": {"alice"}, "password": {"wonderland"}, "action": {"login"}}))
	page = read(browser.PostForm(s.url+"/consent", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"accept"}}))
	back := page.header.Get("Location")
	require.True(t, strings.HasPrefix(back, "http://127.0.0.1:"), "%d %s", page.status, back)
	return back
}

func (s *server) visit(t *testing.T, address, cookie string) response {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(t, err)
	if cookie != "" {
		r.Header.Set("Cookie", strings.Split(cookie, ";")[0])
	}
	return s.send(r)
}
