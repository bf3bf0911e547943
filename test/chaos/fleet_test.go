package chaos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
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

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

var long = flag.Bool("long", false, "run the experiments in their long form")

// scale selects the size for the short or the long form.
func scale(short, inLong int) int {
	if *long {
		return inLong
	}
	return short
}

// result prints the result of an experiment, so that runs can be compared.
func result(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Logf("RESULT %s: "+format, append([]any{t.Name()}, args...)...)
}

var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "gatehouse-chaos-")
	if err != nil {
		return "", err
	}
	return services.BuildServer(context.Background(), dir)
})

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

const (
	issuer   = "https://id.example.test"
	callback = "https://app.example.test/callback"
	password = "a password of the experiments"
)

// databases runs an experiment on SQLite and on Postgres.
func databases(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, services.Postgres(t).EmptyDatabase(t))
	})
}

// node is one server of a fleet.
type node struct {
	t       *testing.T
	url     string
	ops     string
	env     []string
	process *exec.Cmd
	log     *harness.Output
	http    *http.Client
}

func newNode(t *testing.T, databaseURL string) *node {
	t.Helper()
	port, ops := services.FreePort(t), services.FreePort(t)
	return &node{
		t: t, url: fmt.Sprintf("http://127.0.0.1:%d", port), ops: fmt.Sprintf("http://127.0.0.1:%d", ops),
		env: []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GATEHOUSE_ISSUER=" + issuer, "GATEHOUSE_DATA_DIR=" + t.TempDir(), "GATEHOUSE_LOG_LEVEL=warn",
			fmt.Sprintf("GATEHOUSE_LISTEN=127.0.0.1:%d", port), fmt.Sprintf("GATEHOUSE_OPS_LISTEN=127.0.0.1:%d", ops),
			"GATEHOUSE_DRAIN_DELAY=0s", "GATEHOUSE_DATABASE_URL=" + databaseURL, "GATEHOUSE_SECRET=" + "chaos-secret-that-nobody-else-knows",
			// All requests come from one IP address.
			"GATEHOUSE_RATE_LIMITS=token-prefix=100000/1s,token-client=100000/1s,introspect-client=100000/1s,userinfo-client=100000/1s,authorize-prefix=100000/1s,page-prefix=100000/1s",
		},
		http: &http.Client{
			Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
			Timeout:       30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// set changes a setting; it applies from the next start.
func (n *node) set(name, value string) {
	for i, pair := range n.env {
		if strings.HasPrefix(pair, name+"=") {
			n.env[i] = name + "=" + value
			return
		}
	}
	n.env = append(n.env, name+"="+value)
}

func (n *node) start() {
	n.t.Helper()
	path, err := binary()
	require.NoError(n.t, err)
	n.log = &harness.Output{}
	n.process = exec.Command(path, "serve")
	n.process.Env, n.process.Stderr = n.env, n.log
	require.NoError(n.t, n.process.Start())
	n.t.Cleanup(n.stop)
	require.Eventually(n.t, func() bool {
		ready, err := http.Get(n.ops + "/healthz/ready")
		if err != nil {
			return false
		}
		_ = ready.Body.Close()
		return ready.StatusCode == http.StatusOK
	}, 20*time.Second, 10*time.Millisecond, "not ready")
}

func (n *node) stop() {
	if n.process == nil || n.process.ProcessState != nil {
		return
	}
	_ = n.process.Process.Signal(os.Interrupt)
	_ = n.process.Wait()
	if n.t.Failed() {
		n.t.Logf("log:\n%s", n.log)
	}
}

func (n *node) restart() {
	n.t.Helper()
	n.stop()
	n.start()
}

// command runs a CLI command on the database of the node.
func (n *node) command(input string, args ...string) []byte {
	n.t.Helper()
	path, err := binary()
	require.NoError(n.t, err)
	cmd := exec.Command(path, args...)
	var out, errs bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = n.env, strings.NewReader(input), &out, &errs
	require.NoError(n.t, cmd.Run(), "gatehouse %s: %s", strings.Join(args, " "), &errs)
	return out.Bytes()
}

// fleet is several servers on one database, with the client "app" and the user alice.
type fleet struct {
	nodes  []*node
	secret string // client secret of "app"
}

func newFleet(t *testing.T, databaseURL string, size int, flags ...string) *fleet {
	t.Helper()
	f := &fleet{}
	for range size {
		f.nodes = append(f.nodes, newNode(t, databaseURL))
	}
	first := f.nodes[0]
	first.command("", "migrate", "up")
	first.command(password+"\n", "user", "create", "alice", "--password-stdin")
	f.secret = first.client("app", append([]string{
		"--grant-type", "authorization_code", "--grant-type", "refresh_token", "--grant-type", "client_credentials", "--grant-type", "password",
		"--first-party", "--redirect-uri", callback, "--scope", "openid offline_access read", "--default-scope", "read",
	}, flags...)...)
	for _, n := range f.nodes {
		n.start()
	}
	return f
}

// at returns the servers of the fleet in turn.
func (f *fleet) at(i int) *node { return f.nodes[i%len(f.nodes)] }

func (n *node) client(id string, flags ...string) string {
	n.t.Helper()
	var created struct {
		Secret string `json:"client_secret"`
	}
	require.NoError(n.t, json.Unmarshal(n.command("", append([]string{"client", "create", id, id, "--json"}, flags...)...), &created))
	return created.Secret
}

// response is an HTTP response; status 0 means that there was none.
type response struct {
	status int
	header http.Header
	body   map[string]any
}

func (r response) text(name string) string {
	v, _ := r.body[name].(string)
	return v
}

func (n *node) do(r *http.Request) response {
	got, err := n.http.Do(r)
	if err != nil {
		return response{}
	}
	defer func() { _ = got.Body.Close() }()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		return response{}
	}
	a := response{status: got.StatusCode, header: got.Header}
	_ = json.Unmarshal(raw, &a.body) // HTML pages have no JSON body
	return a
}

func (n *node) post(path, secret string, form url.Values) response {
	r, err := http.NewRequest(http.MethodPost, n.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return response{}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		r.SetBasicAuth("app", secret)
	}
	return n.do(r)
}

func (n *node) token(secret string, form url.Values) response {
	return n.post("/oauth/token", secret, form)
}

func (n *node) refresh(secret, token string) response {
	return n.token(secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
}

func (n *node) active(secret, token string) bool {
	active, _ := n.post("/oauth/introspect", secret, url.Values{"token": {token}}).body["active"].(bool)
	return active
}

// signIn signs alice in and returns her session cookie.
func (n *node) signIn(t *testing.T) string {
	t.Helper()
	got := n.post("/login", "", url.Values{"username": {"alice"}, "password": {password}})
	require.Equal(t, http.StatusSeeOther, got.status)
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		if strings.HasSuffix(c.Name, "session") {
			return c.Name + "=" + c.Value
		}
	}
	t.Fatal("no session cookie")
	return ""
}

// code gets an authorization code for the session of the cookie; empty on failure.
func (n *node) code(cookie string) string {
	q := url.Values{"client_id": {"app"}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid offline_access read"}}
	r, err := http.NewRequest(http.MethodGet, n.url+"/oauth/authorize?"+q.Encode(), nil)
	if err != nil {
		return ""
	}
	r.Header.Set("Cookie", cookie)
	u, err := url.Parse(n.do(r).header.Get("Location"))
	if err != nil {
		return ""
	}
	return u.Query().Get("code")
}

func (n *node) exchange(secret, code string) response {
	return n.token(secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}})
}

// chains returns refresh tokens of separate grants.
func (f *fleet) chains(t *testing.T, count int) []string {
	t.Helper()
	cookie := f.nodes[0].signIn(t)
	tokens := make([]string, count)
	harness.Parallel(count, 8, func(i int) {
		n := f.at(i)
		tokens[i] = n.exchange(f.secret, n.code(cookie)).text("refresh_token")
	})
	for _, token := range tokens {
		require.NotEmpty(t, token)
	}
	return tokens
}
