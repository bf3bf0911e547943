package e2e_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// makeExample runs make example-NAME, as a reader would. It ends with the test, and all that it started.
func makeExample(t *testing.T, name string, env ...string) *harness.Output {
	t.Helper()
	log := &harness.Output{}
	cmd := exec.Command("make", "-s", "-C", "../..", "example-"+name)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), env...), log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("log of example %s:\n%s", name, log)
		}
	})
	return log
}

// answers waits for an example, which may have to fetch what it needs first.
func answers(t *testing.T, address string, log *harness.Output) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := http.Get(address)
		return err == nil && got.Body.Close() == nil
	}, 3*time.Minute, 50*time.Millisecond, "%s does not answer:\n%s", address, log)
}

// exampleAPI runs one of the APIs, and returns the address of its orders.
func exampleAPI(t *testing.T, name, issuer string, env ...string) string {
	t.Helper()
	port := fmt.Sprint(services.FreePort(t))
	log := makeExample(t, name, append(env, "ISSUER="+issuer, "PORT="+port, "LISTEN=127.0.0.1:"+port)...)
	answers(t, "http://127.0.0.1:"+port, log)
	return "http://127.0.0.1:" + port + "/orders"
}

// description is what a challenge may say for people.
var description = regexp.MustCompile(`, error_description="[^"]*"`)

// order asks an API for the orders, and returns what it answers: the status, and the challenge or the body.
func order(t *testing.T, api, authorization string) string {
	t.Helper()
	var all []string
	if authorization != "" {
		all = append(all, authorization)
	}
	return orderBy(t, http.MethodGet, api, all...)
}

// orderBy asks with another method, or several headers.
func orderBy(t *testing.T, method, api string, authorization ...string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, api, nil)
	require.NoError(t, err)
	for _, one := range authorization {
		r.Header.Add("Authorization", one)
	}
	got, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	if got.StatusCode == http.StatusOK {
		return strings.TrimSpace("200 " + string(body))
	}
	return strings.TrimSpace(fmt.Sprint(got.StatusCode, " ", description.ReplaceAllString(got.Header.Get("WWW-Authenticate"), "")))
}

const (
	noToken    = `401 Bearer realm="orders-api", scope="orders:read"`
	badToken   = `401 Bearer realm="orders-api", error="invalid_token"`
	badRequest = `400 Bearer realm="orders-api", error="invalid_request", scope="orders:read"`
	malformed  = `400 Bearer realm="orders-api", error="invalid_request"`
	noScope    = `403 Bearer realm="orders-api", error="insufficient_scope", scope="orders:read"`
	away       = `503`
)

// The same API in three languages gives the same answers, to tokens of the server and to those of an issuer that
// makes any.
func TestExamplesOfAPIs(t *testing.T) {
	t.Parallel()
	s := dev(t)
	for _, name := range []string{"api", "api-node", "api-python"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.testExampleAPI(t, exampleAPI(t, name, s.url), name)
			testExampleAPIByForgedTokens(t, name)
			testExampleAPIWithoutKeys(t, name)
		})
	}
}

// testExampleAPI has tokens of the server: opaque ones, which the API introspects, and JWTs.
func (s *server) testExampleAPI(t *testing.T, api, name string) {
	t.Helper()
	assert.Equal(t, noToken, order(t, api, ""))
	assert.Equal(t, noToken, order(t, api, "Basic b3JkZXJzOng="), "not a bearer token")
	assert.Equal(t, badToken, order(t, api, "Bearer gh_at_nonsense"))
	for _, format := range []string{"opaque", "jwt"} {
		id := name + "-" + format
		secret := s.client(id, "--dev", "--grant-type", "client_credentials", "--scope", "orders:read", "--scope", "orders:write",
			"--audience", "orders-api", "--audience", "invoices-api", "--access-token-format", format)
		ask := func(scope, audience string) string {
			return s.token(id, secret, url.Values{"scope": {scope}, "audience": {audience}})
		}
		token := ask("orders:read", "orders-api")
		assert.Equal(t, format == "jwt", strings.Count(token, ".") == 2, format)
		assert.Equal(t, `200 {"subject":"`+id+`"}`, order(t, api, "Bearer "+token), format)
		assert.Equal(t, `200 {"subject":"`+id+`"}`, order(t, api, "bearer "+token), "the scheme in small letters")
		assert.Equal(t, badToken, order(t, api, "Bearer "+ask("orders:read", "invoices-api")), "%s for another API", format)
		assert.Equal(t, noScope, order(t, api, "Bearer "+ask("orders:write", "orders-api")), "%s without the scope", format)
		if format == "opaque" {
			revoked := ask("orders:read", "orders-api")
			require.Equal(t, http.StatusOK, s.post("/oauth/revoke", id, secret, url.Values{"token": {revoked}}).status)
			assert.Equal(t, badToken, order(t, api, "Bearer "+revoked), "revoked")
		}
		if name == "api" { // which follows the feed
			require.Equal(t, http.StatusOK, s.post("/oauth/revoke", id, secret, url.Values{"token": {token}}).status)
			s.soon(func() bool { return order(t, api, "Bearer "+token) == badToken }, "it was good, and is revoked")
		}
	}
}

// testExampleAPIByForgedTokens has tokens that the server does not make.
func testExampleAPIByForgedTokens(t *testing.T, name string) {
	t.Helper()
	issuer := resourcetest.NewIssuer(t)
	issuer.Audience, issuer.ClientID, issuer.ClientSecret = "orders-api", "orders-api", "of the test"
	api := exampleAPI(t, name, issuer.URL, "CLIENT_SECRET="+issuer.ClientSecret)
	claims := func(more resourcetest.Claims) resourcetest.Claims {
		all := resourcetest.Claims{"sub": "me", "scope": "orders:read"}
		maps.Copy(all, more)
		return all
	}
	past, lately, soon := time.Now().Add(-time.Hour).Unix(), time.Now().Add(-5*time.Second).Unix(), time.Now().Add(10*time.Second).Unix()
	good := issuer.Token(claims(nil))
	opaque := issuer.Opaque(claims(nil))
	for _, tc := range []struct{ what, token, want string }{
		{"a JWT", good, `200 {"subject":"me"}`},
		{"an opaque token", opaque, `200 {"subject":"me"}`},
		{"an audience of several", issuer.Token(claims(resourcetest.Claims{"aud": []string{"other", "orders-api"}})), `200 {"subject":"me"}`},
		{"a JWT that expired by a clock that is ahead", issuer.Token(claims(resourcetest.Claims{"exp": lately})), `200 {"subject":"me"}`},
		{"a JWT of a clock that is ahead", issuer.Token(claims(resourcetest.Claims{"iat": soon, "nbf": soon})), `200 {"subject":"me"}`},
		{"an expired JWT", issuer.Token(claims(resourcetest.Claims{"exp": past})), badToken},
		{"an expired opaque token", issuer.Opaque(claims(resourcetest.Claims{"exp": past})), badToken},
		{"a JWT that does not expire", issuer.Token(claims(resourcetest.Claims{"exp": nil})), badToken},
		{"a JWT for another API", issuer.Token(claims(resourcetest.Claims{"aud": "invoices-api"})), badToken},
		{"an opaque token for another API", issuer.Opaque(claims(resourcetest.Claims{"aud": "invoices-api"})), badToken},
		{"a JWT of another issuer", issuer.Token(claims(resourcetest.Claims{"iss": "https://evil.example"})), badToken},
		{"an ID token", issuer.Sign(resourcetest.Claims{"typ": "JWT"}, claims(nil)), badToken},
		{"a refresh token", issuer.Opaque(claims(resourcetest.Claims{"token_type": "refresh_token"})), badToken},
		{"a changed signature", good[:len(good)-8] + "AAAAAAAA", badToken},
		{"no signature", unsigned(t, good), badToken},
		{"a symmetric key", issuer.SignWith(jose.JSONWebKey{Key: []byte(strings.Repeat("k", 32)), Algorithm: "HS256", KeyID: "k"}, resourcetest.Claims{"typ": "at+jwt"}, claims(nil)), badToken},
		{"a scope that begins like it", issuer.Token(claims(resourcetest.Claims{"scope": "orders:reading"})), noScope},
		{"no scope", issuer.Opaque(claims(resourcetest.Claims{"scope": nil})), noScope},
	} {
		assert.Equal(t, tc.want, order(t, api, "Bearer "+tc.token), tc.what)
	}
	bearer, me := "Bearer "+good, `200 {"subject":"me"}`
	for _, tc := range []struct {
		method, url, want string
		authorization     []string
	}{
		{"GET", api + "?page=2", me, []string{bearer}},
		{"HEAD", api, "200", []string{bearer}},
		{"HEAD", api, noToken, nil},
		{"POST", api, "405", []string{bearer}},
		{"GET", api + "/1", "404", []string{bearer}},
		{"GET", api, me, []string{"Bearer   " + good}},
		{"GET", api, badRequest, []string{bearer, bearer}},
		{"GET", api, badRequest, []string{bearer, "Bearer other"}},
		{"GET", api + "?access_token=" + good, badRequest, []string{bearer}},
		{"GET", api + "?access_token=" + good, noToken, nil},
		{"GET", api, badRequest, []string{"Bearer"}},
		{"GET", api, malformed, []string{"Bearer  a b"}},
		{"GET", api, malformed, []string{"Bearer " + good + " " + good}},
	} {
		assert.Equal(t, tc.want, orderBy(t, tc.method, tc.url, tc.authorization...), "%s %s by %d", tc.method, tc.url, len(tc.authorization))
	}
	fresh := issuer.Opaque(claims(nil))
	issuer.SetDown(true)
	assert.Equal(t, `200 {"subject":"me"}`, order(t, api, "Bearer "+good), "by the keys that are known")
	assert.Equal(t, away, order(t, api, "Bearer "+fresh), "not 401: the token may be good")
}

// testExampleAPIWithoutKeys has a provider whose keys cannot be read.
func testExampleAPIWithoutKeys(t *testing.T, name string) {
	t.Helper()
	issuer := resourcetest.NewIssuer(t)
	issuer.Audience = "orders-api"
	var keys atomic.Value
	var provider *httptest.Server
	provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/jwks" {
			_, _ = io.WriteString(w, keys.Load().(string))
			return
		}
		_, _ = io.WriteString(w, `{"issuer":"`+provider.URL+`","jwks_uri":"`+provider.URL+`/jwks","introspection_endpoint":"`+provider.URL+`/introspect"}`)
	}))
	t.Cleanup(provider.Close)
	keys.Store("<html>")
	api := exampleAPI(t, name, provider.URL)
	token := issuer.Token(resourcetest.Claims{"iss": provider.URL, "scope": "orders:read"})
	for _, unreadable := range []string{"<html>", `{"keys":7}`} {
		keys.Store(unreadable)
		assert.Equal(t, away, order(t, api, "Bearer "+token), unreadable)
	}
}

// unsigned is a JWT that says that it needs no signature.
func unsigned(t *testing.T, token string) string {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3)
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"at+jwt"}`)) + "." + parts[1] + "."
}
