package e2e_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// own sends a request about a registration that a client makes or manages itself.
func (s *server) own(method, address, bearer, body string, header ...string) response {
	s.t.Helper()
	at, err := url.Parse(address) // at the issuer
	require.NoError(s.t, err)
	r, err := http.NewRequest(method, s.url+at.Path, strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.send(r)
}

// startWith starts a server with settings, and a user.
func startWith(t *testing.T, databaseURL string, settings ...string) *server {
	t.Helper()
	s := prepare(t, databaseURL)
	s.env = append(s.env, settings...)
	s.run()
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	return s
}

const mcpServer = "https://mcp.example.test/mcp"

// What the Model Context Protocol's SDK does unconfigured: it registers, names the resource, and refreshes.
func TestAnMCPClientRegistersItselfAndSignsIn(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := startWith(t, databaseURL, "GATEHOUSE_MCP_SERVERS="+mcpServer, "GATEHOUSE_BRAND_NAME=Example ID")
		metadata := s.get("/.well-known/oauth-authorization-server").json(t)
		endpoint, ok := metadata["registration_endpoint"].(string)
		require.True(t, ok)
		const inspector = "http://localhost:6274"
		preflight, err := http.NewRequest(http.MethodOptions, s.url+"/oauth/register", nil)
		require.NoError(t, err)
		preflight.Header.Set("Origin", inspector)
		preflight.Header.Set("Access-Control-Request-Method", http.MethodPost)
		preflight.Header.Set("Access-Control-Request-Headers", "content-type,mcp-protocol-version")
		allowed := s.send(preflight)
		assert.Equal(t, inspector, allowed.header.Get("Access-Control-Allow-Origin"))
		assert.Contains(t, allowed.header.Get("Access-Control-Allow-Headers"), "mcp-protocol-version")
		assert.Empty(t, allowed.header.Get("Access-Control-Allow-Credentials"))

		const back = "http://localhost:6274/oauth/callback"
		const name = `<script>alert(1)</script> & "Tools"`
		asked, err := json.Marshal(map[string]any{
			"client_name": name, "redirect_uris": []string{back}, "token_endpoint_auth_method": "none",
			"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"}, "logo_uri": "https://evil.example/logo.png",
		})
		require.NoError(t, err)
		made := s.own(http.MethodPost, endpoint, "", string(asked), "Origin", inspector)
		require.Equal(t, http.StatusCreated, made.status, made.body)
		assert.Equal(t, "no-store", made.header.Get("Cache-Control"))
		assert.Equal(t, inspector, made.header.Get("Access-Control-Allow-Origin"))
		id := made.json(t)["client_id"].(string)

		verifier := strings.Repeat("v", 43)
		sum := sha256.Sum256([]byte(verifier))
		p := s.userAgent(t)
		request := url.Values{
			"response_type": {"code"}, "client_id": {id}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
			"redirect_uri": {back}, "resource": {mcpServer},
		}
		for range 2 { // it is never remembered
			page := p.open("/oauth/authorize?" + request.Encode())
			if !strings.Contains(page.body, `id="consent-page"`) {
				page = p.follow(p.login(page, "wonderland"))
			}
			require.Contains(t, page.body, `id="unverified"`, page.body)
			assert.Contains(t, page.body, "&lt;script&gt;alert(1)&lt;/script&gt;")
			assert.NotContains(t, page.body, "<script>alert")
			assert.Contains(t, page.body, "<strong>localhost:6274</strong>")
			assert.Contains(t, page.body, mcpServer)
			assert.NotContains(t, page.body, `name="remember"`)
			assert.NotContains(t, page.body, `src="/logo/`, "nobody has checked whose picture it is")
			got := p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"accept"}, "remember": {"1"}})
			location, err := url.Parse(got.header.Get("Location"))
			require.NoError(t, err)
			code := location.Query().Get("code")
			require.NotEmpty(t, code, got.body)
			tokens := s.post("/oauth/token", "", "", url.Values{
				"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {back}, "resource": {mcpServer}, "client_id": {id},
			})
			require.Equal(t, http.StatusOK, tokens.status, tokens.body)
			claims := tokens.json(t)
			assert.Equal(t, "openid", claims["scope"])
			payload, err := base64.RawURLEncoding.DecodeString(strings.Split(claims["access_token"].(string), ".")[1])
			require.NoError(t, err)
			assert.Contains(t, string(payload), `"`+mcpServer+`"`)
			refreshed := s.post("/oauth/token", "", "", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {claims["refresh_token"].(string)}, "client_id": {id}, "resource": {mcpServer}})
			assert.Equal(t, http.StatusOK, refreshed.status, refreshed.body)
		}
		request.Set("prompt", "none")
		assert.Contains(t, p.request(http.MethodGet, "/oauth/authorize?"+request.Encode(), nil, "Sec-Fetch-Dest", "iframe").header.Get("Location"), "error=consent_required")
		request.Del("prompt")
		request.Set("resource", "https://other.example")
		assert.Contains(t, p.request(http.MethodGet, "/oauth/authorize?"+request.Encode(), nil, "Sec-Fetch-Dest", "iframe").header.Get("Location"), "error=invalid_target")

		// An administrator vouches for it, and its users are not warned any more.
		assert.Contains(t, string(s.command("client", "list", "--trust", "unverified")), id)
		s.command("client", "update", id, "--trust", "verified")
		request.Set("resource", mcpServer)
		s.soon(func() bool {
			return !strings.Contains(p.open("/oauth/authorize?"+request.Encode()).body, `id="unverified"`)
		}, "verified")
	})
}

func TestClientsManageTheirRegistration(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := startWith(t, databaseURL, "GATEHOUSE_CLIENT_REGISTRATION=token")
		const usual = `{"client_name":"Notes","redirect_uris":["https://notes.example.test/cb"],"scope":"openid"}`
		refused := s.own(http.MethodPost, "/oauth/register", "", usual)
		assert.Equal(t, http.StatusUnauthorized, refused.status)
		assert.Contains(t, refused.header.Get("WWW-Authenticate"), "Bearer ")
		var token struct{ ID, Token string }
		require.NoError(t, json.Unmarshal(s.command("registration-token", "create", "Partner", "--uses", "0", "--json"), &token))

		for name, tc := range map[string]struct {
			body, kind string
			status     int
			code       string
		}{
			"a form":       {"client_name=x", "application/x-www-form-urlencoded", http.StatusUnsupportedMediaType, "invalid_client_metadata"},
			"plain text":   {usual, "text/plain", http.StatusUnsupportedMediaType, "invalid_client_metadata"},
			"too large":    {`{"client_name":"` + strings.Repeat("x", 33<<10) + `"}`, "application/json", http.StatusRequestEntityTooLarge, "invalid_request"},
			"deep":         {strings.Repeat(`{"a":`, 5000), "application/json", http.StatusBadRequest, "invalid_client_metadata"},
			"twice":        {`{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}`, "application/json", http.StatusBadRequest, "invalid_client_metadata"},
			"a script":     {`{"redirect_uris":["javascript:alert(1)"]}`, "application/json", http.StatusBadRequest, "invalid_redirect_uri"},
			"a statement":  {`{"redirect_uris":["https://a.example/"],"software_statement":"eyJhbGciOiJub25lIn0.e30."}`, "application/json", http.StatusBadRequest, "invalid_software_statement"},
			"a NUL":        {`{"client_name":"a\u0000","redirect_uris":["https://a.example/"]}`, "application/json", http.StatusBadRequest, "invalid_client_metadata"},
			"a NUL inside": {`{"redirect_uris":["https://a.example/"],"contacts":["\u0000"],"software_id":"\u0000"}`, "application/json", http.StatusBadRequest, "invalid_client_metadata"},
		} {
			got := s.own(http.MethodPost, "/oauth/register", token.Token, tc.body, "Content-Type", tc.kind)
			assert.Equal(t, tc.status, got.status, "%s: %s", name, got.body)
			assert.Equal(t, tc.code, got.json(t)["error"], name)
		}
		made := s.own(http.MethodPost, "/oauth/register", token.Token, usual).json(t)
		address, bearer, id := made["registration_client_uri"].(string), made["registration_access_token"].(string), made["client_id"].(string)
		s.post("/oauth/token", id, made["client_secret"].(string), url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}) // it is known at once
		assert.Equal(t, "Notes", s.own(http.MethodGet, address, bearer, "").json(t)["client_name"])
		changed := s.own(http.MethodPut, address, bearer, `{"client_id":"`+id+`","client_name":"Notes 2","redirect_uris":["https://notes.example.test/cb"]}`)
		require.Equal(t, http.StatusOK, changed.status, changed.body)
		next := changed.json(t)["registration_access_token"].(string)
		assert.Equal(t, "Notes 2", s.own(http.MethodGet, address, next, "").json(t)["client_name"])
		assert.Equal(t, http.StatusUnauthorized, s.own(http.MethodGet, address, bearer, "").status)
		s.command("client", "disable", id)
		assert.Equal(t, http.StatusForbidden, s.own(http.MethodGet, address, next, "").status)
		s.command("client", "enable", id)
		removed := s.own(http.MethodDelete, address, next, "")
		assert.Equal(t, http.StatusNoContent, removed.status)
		assert.Empty(t, removed.body)
		assert.Equal(t, http.StatusUnauthorized, s.own(http.MethodGet, address, next, "").status)
		assert.Equal(t, http.StatusUnauthorized, s.post("/oauth/token", id, made["client_secret"].(string), url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}).status)
		browser := s.own(http.MethodPost, "/oauth/register", token.Token, `{"redirect_uris":["https://spa.example.test/cb"],"token_endpoint_auth_method":"none"}`).json(t)
		s.soon(func() bool { return s.mayRead("https://spa.example.test") }, "scripts of a new application may use the server")
		address, bearer, id = browser["registration_client_uri"].(string), browser["registration_access_token"].(string), browser["client_id"].(string)
		moved := s.own(http.MethodPut, address, bearer, `{"client_id":"`+id+`","redirect_uris":["https://new.example.test/cb"],"token_endpoint_auth_method":"none"}`)
		require.Equal(t, http.StatusOK, moved.status, moved.body)
		s.soon(func() bool { return s.mayRead("https://new.example.test") && !s.mayRead("https://spa.example.test") }, "and of one that moved")
		s.command("registration-token", "revoke", token.ID)
		assert.Equal(t, http.StatusUnauthorized, s.own(http.MethodPost, "/oauth/register", token.Token, usual).status)
	})
}

// Unless it is turned on nobody registers, and nothing says so.
func TestClientRegistrationIsOff(t *testing.T) {
	t.Parallel()
	s := startWith(t, sqliteFile(t))
	assert.NotContains(t, s.get("/.well-known/openid-configuration").body, "registration_endpoint")
	assert.Equal(t, http.StatusNotFound, s.own(http.MethodPost, "/oauth/register", "", `{}`).status)
}

// One origin cannot fill the database.
func TestRegistrationsOfOneOriginAreBounded(t *testing.T) {
	t.Parallel()
	s := startWith(t, sqliteFile(t), "GATEHOUSE_CLIENT_REGISTRATION=open")
	made := 0
	for range 60 {
		got := s.own(http.MethodPost, "/oauth/register", "", `{"redirect_uris":["https://a.example/"]}`)
		if got.status == http.StatusCreated {
			made++
			continue
		}
		require.Equal(t, http.StatusTooManyRequests, got.status)
		require.NotEmpty(t, got.header.Get("Retry-After"))
	}
	assert.Equal(t, 30, made)
}
