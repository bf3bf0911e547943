package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// binary is built once for all tests of the package.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return "", err
	}
	return services.BuildServer(context.Background(), dir)
})

func TestMain(m *testing.M) {
	code := m.Run()
	browser.stop()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

const issuer = "https://id.example.test"

// server is a gatehouse process with its settings.
type server struct {
	t       testing.TB
	url     string
	ops     string
	demo    string // HOST:PORT of the demo application, in development mode
	env     []string
	args    []string // of gatehouse serve
	process *exec.Cmd
	log     *harness.Output
}

// databases runs test on SQLite and on Postgres. A server has run on the database already.
func databases(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	onBoth(t, test, sqliteFile, postgres)
}

// emptyDatabases is databases for tests of a first start.
func emptyDatabases(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	onBoth(t, test, func(t *testing.T) string {
		url := sqliteFile(t)
		require.NoError(t, os.WriteFile(strings.TrimPrefix(url, "sqlite://"), nil, 0o600))
		return url
	}, func(t *testing.T) string { return services.Postgres(t).EmptyDatabase(t) })
}

func onBoth(t *testing.T, test func(t *testing.T, databaseURL string), sqlite, postgres func(t *testing.T) string) {
	t.Helper()
	for name, database := range map[string]func(t *testing.T) string{"sqlite": sqlite, "postgres": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, database(t))
		})
	}
}

func sqliteFile(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "gatehouse.db") }

// prepare creates the settings of a server and fills the database, but does not start it.
func prepare(t testing.TB, databaseURL string) *server {
	t.Helper()
	s := settings(t, databaseURL)
	if !fill(t, databaseURL) {
		s.command("migrate", "up")
	}
	return s
}

// settings returns a server with free ports that is not started.
func settings(t testing.TB, databaseURL string) *server {
	t.Helper()
	port, ops := services.FreePort(t), services.FreePort(t)
	return &server{
		t: t, url: fmt.Sprintf("http://127.0.0.1:%d", port), ops: fmt.Sprintf("http://127.0.0.1:%d", ops), log: &harness.Output{},
		env: environment(databaseURL, t.TempDir(), t.TempDir(), fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("127.0.0.1:%d", ops)),
	}
}

// start runs the server until the test ends and waits until it is ready.
func start(t testing.TB, databaseURL string) *server {
	t.Helper()
	s := prepare(t, databaseURL)
	s.run()
	return s
}

func (s *server) run() {
	s.t.Helper()
	s.launch()
	s.waitReady()
}

func (s *server) launch() {
	s.t.Helper()
	path, err := binary()
	require.NoError(s.t, err)
	s.process = exec.Command(path, append([]string{"serve"}, s.args...)...)
	s.process.Env, s.process.Stdout, s.process.Stderr = s.env, s.log, s.log
	require.NoError(s.t, s.process.Start())
	s.t.Cleanup(func() { s.stop() })
}

func (s *server) waitReady() {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		ready, err := http.Get(s.ops + "/healthz/ready")
		if err != nil {
			return false
		}
		defer ready.Body.Close()
		return ready.StatusCode == http.StatusOK
	}, 20*time.Second, 10*time.Millisecond, "server not ready:\n%s", s.log)
}

func (s *server) stop() {
	if s.process == nil || s.process.ProcessState != nil {
		return
	}
	_ = s.process.Process.Signal(os.Interrupt)
	_ = s.process.Wait()
	if s.t.Failed() {
		s.t.Logf("log of the server:\n%s", s.log)
	}
}

// kill ends the server by SIGKILL.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// command runs a CLI command on the server's database and returns its output.
func (s *server) command(args ...string) []byte {
	s.t.Helper()
	return s.stdin("", args...)
}

// stdin runs a CLI command with standard input.
func (s *server) stdin(input string, args ...string) []byte {
	s.t.Helper()
	path, err := binary()
	require.NoError(s.t, err)
	cmd := exec.Command(path, args...)
	cmd.Env = s.env
	cmd.Stdin = strings.NewReader(input)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(s.t, cmd.Run(), "gatehouse %s: %s", strings.Join(args, " "), &errs)
	return out.Bytes()
}

// client registers a client and returns its secret.
func (s *server) client(id string, flags ...string) string {
	s.t.Helper()
	var created struct {
		Secret string `json:"client_secret"`
	}
	out := s.command(append([]string{"client", "create", id, id, "--json"}, flags...)...)
	require.NoError(s.t, json.Unmarshal(out, &created))
	return created.Secret
}

// response is an HTTP response with its body.
type response struct {
	status int
	header http.Header
	body   string
}

func (r response) json(t testing.TB) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.body), &v), r.body)
	return v
}

// post sends a form, with Basic credentials unless id is empty.
func (s *server) post(path, id, secret string, form url.Values) response {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if id != "" {
		r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	}
	return s.send(r)
}

func (s *server) send(r *http.Request) response {
	s.t.Helper()
	got, err := http.DefaultTransport.RoundTrip(r)
	if !assert.NoError(s.t, err) {
		return response{}
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	assert.NoError(s.t, err)
	return response{got.StatusCode, got.Header, string(body)}
}

// token gets an access token by client credentials.
func (s *server) token(id, secret string, form url.Values) string {
	s.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("grant_type", "client_credentials")
	got := s.post("/oauth/token", id, secret, form)
	require.Equal(s.t, http.StatusOK, got.status, got.body)
	return got.json(s.t)["access_token"].(string)
}

// active introspects a token and returns whether it is active.
func (s *server) active(id, secret, token string) bool {
	s.t.Helper()
	got := s.post("/oauth/introspect", id, secret, url.Values{"token": {token}})
	require.Equal(s.t, http.StatusOK, got.status, got.body)
	return got.json(s.t)["active"].(bool)
}
