package e2e_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// documentHost publishes the metadata document of a client.
type documentHost struct {
	*httptest.Server

	t        *testing.T
	mu       sync.Mutex
	document string
	fetches  int
}

func newDocumentHost(t *testing.T) *documentHost {
	t.Helper()
	h := &documentHost{t: t}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.fetches++
		assert.Empty(t, r.Header.Get("Cookie"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(h.document))
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *documentHost) id() string { return h.URL + "/notes/client.json" }

func (h *documentHost) publish(redirectURIs ...string) {
	document, err := json.Marshal(map[string]any{
		"client_id": h.id(), "client_name": "Notes", "redirect_uris": redirectURIs, "token_endpoint_auth_method": "none", "grant_types": []string{"authorization_code", "refresh_token"},
	})
	require.NoError(h.t, err)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.document = string(document)
}

func (h *documentHost) fetched() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fetches
}

// settings let a server fetch from the host.
func (h *documentHost) settings() []string {
	ca := filepath.Join(h.t.TempDir(), "ca.pem")
	require.NoError(h.t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw}), 0o600))
	return []string{"GATEHOUSE_OUTBOUND_CA=" + ca, "GATEHOUSE_CLIENT_REGISTRATION_OUTBOUND_ALLOW=127.0.0.1"}
}

// draft-ietf-oauth-client-id-metadata-document: a client that nobody registered signs a person in, and is then one that
// everything knows.
func TestAClientIsWhatItsMetadataDocumentSays(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		host := newDocumentHost(t)
		const back, local = "https://notes.example.test/cb", "http://127.0.0.1:7777/cb"
		host.publish(back, local)
		s := startWith(t, databaseURL, append(host.settings(), "GATEHOUSE_MCP_SERVERS="+mcpServer)...)
		for _, path := range []string{"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"} {
			assert.Equal(t, true, s.get(path).json(t)["client_id_metadata_document_supported"])
		}
		verifier := strings.Repeat("v", 43)
		sum := sha256.Sum256([]byte(verifier))
		exchange := func(code, redirectURI string) response {
			return s.post("/oauth/token", "", "", url.Values{
				"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {redirectURI}, "resource": {mcpServer}, "client_id": {host.id()},
			})
		}
		assert.Equal(t, http.StatusUnauthorized, exchange("x", back).status)
		assert.Zero(t, host.fetched(), "no person is there to decide")

		p := s.userAgent(t)
		request := url.Values{
			"response_type": {"code"}, "client_id": {host.id()}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
			"redirect_uri": {local}, "resource": {mcpServer}, "scope": {"openid offline_access"},
		}
		page := p.follow(p.login(p.open("/oauth/authorize?"+request.Encode()), "wonderland"))
		assert.Contains(t, page.body, "<strong>"+strings.TrimPrefix(host.URL, "https://")+"</strong>")
		assert.Contains(t, page.body, `id="local"`, "any program on the machine can use its client_id")
		request.Set("redirect_uri", back)
		page = p.open("/oauth/authorize?" + request.Encode())
		assert.Contains(t, page.body, `id="unverified"`)
		assert.NotContains(t, page.body, `id="local"`)
		assert.Equal(t, 1, host.fetched())
		got := p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"accept"}})
		location, err := url.Parse(got.header.Get("Location"))
		require.NoError(t, err)
		code := location.Query().Get("code")
		require.NotEmpty(t, code, got.body)

		// Of what it says now nothing is in the code: that has the redirect URI of the request.
		host.publish("https://else.example.test/cb")
		s.command("client", "delete", "--yes", host.id())
		s.soon(func() bool { return p.open("/oauth/authorize?"+request.Encode()).status == http.StatusBadRequest }, "forgotten")
		assert.Equal(t, 2, host.fetched(), "it was forgotten, and is read anew")
		assert.NotEqual(t, http.StatusOK, exchange(code, "https://else.example.test/cb").status)

		request.Set("redirect_uri", "https://else.example.test/cb")
		page = p.open("/oauth/authorize?" + request.Encode())
		got = p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"accept"}})
		location, err = url.Parse(got.header.Get("Location"))
		require.NoError(t, err)
		code = location.Query().Get("code")
		s.command("client", "update", host.id(), "--redirect-uri", "https://third.example.test/cb")
		tokens := exchange(code, "https://else.example.test/cb")
		require.Equal(t, http.StatusOK, tokens.status, tokens.body)
		refreshed := s.post("/oauth/token", "", "", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.json(t)["refresh_token"].(string)}, "client_id": {host.id()}, "resource": {mcpServer}})
		assert.Equal(t, http.StatusOK, refreshed.status, refreshed.body)
		assert.Equal(t, 2, host.fetched())

		assert.Contains(t, string(s.command("client", "list", "--trust", "unverified")), host.id())
		assert.Contains(t, string(s.command("client", "get", host.id())), "its metadata document")
		assert.Contains(t, string(s.command("audit", "list", "--client", host.id())), "client")
		s.command("client", "update", host.id(), "--trust", "verified")
		request.Set("redirect_uri", "https://third.example.test/cb")
		s.soon(func() bool {
			return strings.Contains(p.open("/oauth/authorize?"+request.Encode()+"&prompt=consent").body, `id="host"`)
		}, "its host is shown, verified or not")

		// Another page of the same flow takes as many statements as that of any client.
		s.command("client", "create", "Ours", "ours", "--public", "--redirect-uri", back, "--scope", "openid", "--audience", mcpServer)
		request.Set("scope", "openid")
		count := func(id, redirectURI string) int {
			request.Set("client_id", id)
			request.Set("redirect_uri", redirectURI)
			p.open("/oauth/authorize?" + request.Encode() + "&prompt=consent")
			page := p.open("/oauth/authorize?" + request.Encode() + "&prompt=consent")
			require.Contains(t, page.body, `id="consent-page"`, page.header)
			return s.statements(page)
		}
		assert.Equal(t, count("ours", back), count(host.id(), "https://third.example.test/cb"))
	})
}

func TestMetadataDocumentsAreOffUnlessTurnedOn(t *testing.T) {
	t.Parallel()
	host := newDocumentHost(t)
	host.publish("https://notes.example.test/cb")
	s := startWith(t, sqliteFile(t), append(host.settings(), "GATEHOUSE_CLIENT_REGISTRATION=open")...)
	assert.NotContains(t, s.get("/.well-known/oauth-authorization-server").body, "client_id_metadata_document_supported")
	refused := s.userAgent(t).open("/oauth/authorize?response_type=code&client_id=" + url.QueryEscape(host.id()))
	assert.Equal(t, http.StatusBadRequest, refused.status)
	assert.Zero(t, host.fetched())
}
