package registration_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// site is a web server with the metadata document of a client.
type site struct {
	*fixture

	server  *httptest.Server
	fetches atomic.Int32
	mu      sync.Mutex
	serve   http.HandlerFunc
	// taken are the addresses that the limit was asked about, and wait its answer.
	taken []string
	wait  time.Duration
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{fixture: newFixture(t)}
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fetches.Add(1)
		s.mu.Lock()
		serve := s.serve
		s.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(s.server.Close)
	s.publish(nil)
	return s
}

func (s *site) id() string { return s.server.URL + "/client.json" }

// text is a usual document, with changes; nil takes a property away.
func (s *site) text(changes map[string]any) string {
	s.t.Helper()
	document := map[string]any{"client_id": s.id(), "client_name": "Notes", "redirect_uris": []string{"https://notes.example/cb"}}
	maps.Copy(document, changes)
	maps.DeleteFunc(document, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(document)
	require.NoError(s.t, err)
	return string(text)
}

// publish puts a document at the id.
func (s *site) publish(changes map[string]any) {
	s.t.Helper()
	s.answer(http.StatusOK, map[string]string{"Content-Type": "application/json"}, s.text(changes))
}

func (s *site) answer(status int, header map[string]string, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve = func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

// Take is part of registration.DocumentDomain.
func (s *site) Take(_ context.Context, address string) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, address)
	return s.wait, nil
}

// documents are those of one server of ours.
func (s *site) documents(hosts ...string) *registration.Documents {
	s.t.Helper()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.server.Certificate().Raw})
	fetch, err := outbound.New(outbound.Options{AllowSelfRegistered: []string{"127.0.0.1"}, CA: ca})
	require.NoError(s.t, err)
	if len(hosts) == 0 {
		hosts = []string{"*"}
	}
	directory := client.NewDirectory(s.store, nil)
	d := s.domain
	d.Clients = s.clients.Beside(directory).ForItself(s.store)
	return registration.NewDocuments(s.settings, hosts, d, registration.DocumentDomain{Clients: directory, Fetch: fetch, Limit: s, Prefix: ratelimit.Prefix})
}

func (s *site) found(d *registration.Documents) *client.Client {
	s.t.Helper()
	c, err := d.Client(s.t.Context(), s.id())
	require.NoError(s.t, err)
	return c
}

// refusedBy is the refusal of a request of the client.
func (s *site) refusedBy(d *registration.Documents) *refusal.Refusal {
	s.t.Helper()
	_, err := d.Client(s.t.Context(), s.id())
	return s.refused(err)
}

// section 4: the document is fetched, and then the client is one like others that registered themselves.
func TestAClientIsRegisteredByItsDocument(t *testing.T) {
	s := newSite(t)
	s.publish(map[string]any{"client_uri": s.server.URL, "scope": "openid tools admin", "logo_uri": "https://cdn.example/logo.png", "unknown": []int{1}})
	d := s.documents()
	c := s.found(d)
	assert.Equal(t, s.id(), c.ID)
	assert.Equal(t, "Notes", c.Name)
	assert.Equal(t, client.Unverified, c.Trust)
	assert.Equal(t, client.None, c.AuthMethod, "where it says nothing: there is no secret to be had")
	assert.Equal(t, []string{"openid", "profile", "email", "tools"}, c.Scopes)
	assert.Equal(t, []string{"https://mcp.example.com/mcp"}, c.Audience)
	assert.Equal(t, s.server.URL, c.URI)
	assert.Equal(t, strings.TrimPrefix(s.server.URL, "https://"), c.DocumentHost())
	assert.Empty(t, c.Secrets)

	kept, err := s.store.Registration(t.Context(), c.ID)
	require.NoError(t, err)
	assert.Empty(t, kept.Hash, "no token manages it")
	assert.Equal(t, s.now.Load().Add(time.Hour), *kept.Document.FreshUntil)
	assert.Equal(t, s.now.Load().Add(s.settings.Unused), *kept.DueAt, "it leaves when nobody uses it")
	records, err := s.store.Records(t.Context(), audit.Filter{ClientID: c.ID}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, []any{audit.ClientCreate, audit.ClientActor, c.ID}, []any{records[0].Action, records[0].Actor.Kind, records[0].Actor.ID})

	s.found(d)
	s.found(s.documents())
	assert.EqualValues(t, 1, s.fetches.Load(), "another server reads what is stored")
	s.advance(s.settings.Unused + time.Minute)
	gone, err := registration.NewExpiry(s.store, s.gate, s.domain.Clock, s.settings.Idle).Sweep(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1, gone)
}

// What another document says is not of the client whose id that is: section 4.1.
// A document is the same for all servers, and cannot be adapted to what one of them takes.
func TestWhatOfADocumentCannotBeHadIsLeftOut(t *testing.T) {
	s := newSite(t)
	s.publish(map[string]any{
		"scope":         "mcp:read mcp:write",
		"redirect_uris": []string{"cursor://x/cb", "https://notes.example/cb", "http://localhost/cb", "javascript:alert(1)", "http://notes.example/cb"},
	})
	c := s.found(s.documents())
	assert.Equal(t, []string{"https://notes.example/cb", "http://localhost/cb"}, c.RedirectURIs)
	assert.False(t, c.AllowUndottedScheme)
	assert.Equal(t, s.settings.Scopes, c.Scopes)
	assert.Equal(t, []string{"openid"}, c.DefaultScopes, "as where it names none")

	s.settings.Schemes = []string{"cursor"}
	s.advance(2 * time.Hour)
	s.publish(map[string]any{"redirect_uris": []string{"cursor://x/cb", "claude://x/cb"}})
	c = s.found(s.documents())
	assert.Equal(t, []string{"cursor://x/cb"}, c.RedirectURIs)
	assert.True(t, c.AllowUndottedScheme)

	s.advance(2 * time.Hour)
	s.publish(map[string]any{"redirect_uris": []string{"claude://x/cb", "http://notes.example/cb"}})
	assert.Contains(t, s.refusedBy(s.documents()).Description, "redirect_uris", "if none remains")
}

func TestADocumentThatCannotBeUsed(t *testing.T) {
	s := newSite(t)
	plain := map[string]string{"Content-Type": "application/json"}
	key := map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "c2VjcmV0"}}}
	for name, x := range map[string]struct {
		status int
		header map[string]string
		text   string
		check  refusal.Check
		says   string
	}{
		"of another client":    {200, plain, s.text(map[string]any{"client_id": "https://bank.example/client.json"}), refusal.CheckDocument, "client_id"},
		"of nearly the client": {200, plain, s.text(map[string]any{"client_id": strings.ToUpper(s.id())}), refusal.CheckDocument, "client_id"},
		"of no client":         {200, plain, s.text(map[string]any{"client_id": nil}), refusal.CheckDocument, "client_id"},
		"with a secret":        {200, plain, s.text(map[string]any{"client_secret": "a"}), refusal.CheckDocument, "client_secret"},
		"with a secret's end":  {200, plain, s.text(map[string]any{"client_secret_expires_at": 0}), refusal.CheckDocument, "client_secret_expires_at"},
		"by basic":             {200, plain, s.text(map[string]any{"token_endpoint_auth_method": "client_secret_basic"}), refusal.CheckDocument, "token_endpoint_auth_method"},
		"by post":              {200, plain, s.text(map[string]any{"token_endpoint_auth_method": "client_secret_post"}), refusal.CheckDocument, "token_endpoint_auth_method"},
		"by a shared key":      {200, plain, s.text(map[string]any{"token_endpoint_auth_method": "client_secret_jwt"}), refusal.CheckDocument, "token_endpoint_auth_method"},
		"with a shared key":    {200, plain, s.text(map[string]any{"token_endpoint_auth_method": "private_key_jwt", "jwks": key}), refusal.CheckDocument, "jwks"},
		"for the password":     {200, plain, s.text(map[string]any{"grant_types": []string{"password"}}), refusal.CheckDocument, "grant_types"},
		"without a redirect":   {200, plain, s.text(map[string]any{"redirect_uris": nil}), refusal.CheckDocument, "redirect_uris"},
		"with any redirect":    {200, plain, s.text(map[string]any{"redirect_uris": []string{"https://*.example/cb"}}), refusal.CheckDocument, "redirect_uris"},
		"with a script":        {200, plain, s.text(map[string]any{"redirect_uris": []string{"javascript:alert(1)"}}), refusal.CheckDocument, "redirect_uris"},
		"called like ours":     {200, plain, s.text(map[string]any{"client_name": "Example-ID"}), refusal.CheckDocument, "client_name"},
		"as HTML":              {200, map[string]string{"Content-Type": "text/html"}, s.text(nil), refusal.CheckDocument, "Content-Type"},
		"as text":              {200, map[string]string{"Content-Type": "text/json"}, s.text(nil), refusal.CheckDocument, "Content-Type"},
		"a list":               {200, plain, "[" + s.text(nil) + "]", refusal.CheckDocument, "JSON"},
		"read in two ways":     {200, plain, `{"client_id":"https://bank.example/client.json",` + s.text(nil)[1:], refusal.CheckDocument, "two ways"},
		"nested":               {200, plain, s.text(map[string]any{"x": json.RawMessage(strings.Repeat("[", 2000) + strings.Repeat("]", 2000))}), refusal.CheckDocument, "JSON"},
		"too large":            {200, plain, s.text(map[string]any{"x": strings.Repeat("a", 5<<10)}), refusal.CheckDocumentFetch, ""},
		"elsewhere":            {302, map[string]string{"Content-Type": "application/json", "Location": s.id()}, s.text(nil), refusal.CheckDocumentFetch, ""},
		"created":              {201, plain, s.text(nil), refusal.CheckDocumentFetch, ""},
		"not there":            {404, plain, s.text(nil), refusal.CheckDocumentFetch, ""},
	} {
		s.answer(x.status, x.header, x.text)
		r := s.refusedBy(s.documents())
		assert.Equal(t, x.check, r.Check, name)
		assert.Contains(t, r.Description, x.says, name)
		assert.Equal(t, 400, r.HTTPStatus(), name)
		_, err := s.store.Client(t.Context(), s.id())
		require.ErrorIs(t, err, provider.ErrNotFound, name)
	}
	s.answer(200, map[string]string{"Content-Type": "application/oauth-client+json; charset=utf-8"}, s.text(nil))
	s.found(s.documents())
}

// Section 6.5: special addresses are no hosts of documents, however they are written.
func TestADocumentOnAPrivateAddressIsNotFetched(t *testing.T) {
	s := newSite(t)
	fetch, err := outbound.New(outbound.Options{})
	require.NoError(t, err)
	d := registration.NewDocuments(s.settings, []string{"*"}, s.domain, registration.DocumentDomain{Clients: client.NewDirectory(s.store, nil), Fetch: fetch, Limit: s, Prefix: ratelimit.Prefix})
	r := s.refusedBy(d)
	assert.Equal(t, refusal.CheckDocumentFetch, r.Check)
	assert.NotContains(t, r.Description, "127.0.0.1", "who chose the URL learns nothing of what is there")
	assert.Zero(t, s.fetches.Load())
	for _, id := range []string{"https://localhost/c", "https://169.254.169.254/latest", "https://2130706433/c", "https://0x7f.1/c"} {
		_, err := d.Client(t.Context(), id)
		assert.Equal(t, refusal.CheckDocumentFetch, s.refused(err).Check, id)
	}
}

// A registered client with the id wins, whatever the document says, and nothing is fetched.
func TestAnOperatorsClientNeedsNoDocument(t *testing.T) {
	s := newSite(t)
	ours := &client.Client{ID: s.id(), Name: "Ours", AuthMethod: client.None, RedirectURIs: []string{"https://ours.example/cb"}, GrantTypes: []client.GrantType{client.AuthorizationCode}}
	_, err := s.clients.Create(t.Context(), s.operator(), ours, "")
	require.NoError(t, err)
	d := s.documents()
	assert.Equal(t, "Ours", s.found(d).Name)
	assert.Zero(t, s.fetches.Load())

	s.trust(client.Unverified)
	assert.Equal(t, "Notes", s.found(s.documents()).Name, "the operator says that the document counts")
	s.trust(client.Operator)
	s.publish(map[string]any{"client_name": "Else"})
	s.advance(48 * time.Hour)
	assert.Equal(t, "Notes", s.found(s.documents()).Name, "and that it counts no more")
	assert.EqualValues(t, 1, s.fetches.Load())
}

func (s *site) trust(trust client.Trust) {
	s.t.Helper()
	s.update(func(c *client.Client) { c.Trust = trust })
}

func (s *site) update(change func(c *client.Client)) {
	s.t.Helper()
	_, err := s.clients.Update(s.t.Context(), s.operator(), s.id(), func(c *client.Client) error {
		change(c)
		return nil
	})
	require.NoError(s.t, err)
}

// Section 6.3: what the operator vouched for is not what the document says now.
func TestAChangedDocumentChangesTheClient(t *testing.T) {
	s := newSite(t)
	d := s.documents()
	s.found(d)
	s.trust(client.Verified)
	s.advance(61 * time.Minute)
	s.found(d)
	assert.EqualValues(t, 2, s.fetches.Load())
	assert.Equal(t, client.Verified, s.found(s.documents()).Trust, "it says the same")

	s.publish(map[string]any{"redirect_uris": []string{"https://else.example/cb"}})
	assert.Equal(t, []string{"https://notes.example/cb"}, s.found(d).RedirectURIs)
	s.advance(61 * time.Minute)
	c := s.found(d)
	assert.Equal(t, []string{"https://else.example/cb"}, c.RedirectURIs)
	assert.Equal(t, client.Unverified, c.Trust)

	// What the operator gave it beyond its own rights would be worth as much as the document.
	s.trust(client.Verified)
	s.update(func(c *client.Client) { c.FirstParty = true })
	s.publish(map[string]any{"redirect_uris": []string{"https://thief.example/cb"}})
	s.advance(48 * time.Hour)
	assert.Equal(t, []string{"https://else.example/cb"}, s.found(s.documents()).RedirectURIs)
	assert.EqualValues(t, 3, s.fetches.Load())
}

func TestADocumentIsKeptWithinBounds(t *testing.T) {
	s := newSite(t)
	d := s.documents()
	for i, x := range []struct {
		cacheControl string
		lifetime     time.Duration
	}{{"no-store", 5 * time.Minute}, {"max-age=1", 5 * time.Minute}, {"public, max-age=1800", 30 * time.Minute}, {"max-age=31536000", 24 * time.Hour}, {"", time.Hour}, {"max-age=x", 5 * time.Minute}} {
		s.answer(200, map[string]string{"Content-Type": "application/json", "Cache-Control": x.cacheControl}, s.text(nil))
		s.found(d)
		require.EqualValues(t, i+1, s.fetches.Load(), x.cacheControl)
		s.advance(x.lifetime - time.Second)
		s.found(d)
		s.found(s.documents())
		require.EqualValues(t, i+1, s.fetches.Load(), x.cacheControl)
		s.advance(2 * time.Second)
	}
}

// A client outlives an outage of its site, but not what its document does not say any more.
func TestADocumentThatIsNotThereAnyMore(t *testing.T) {
	s := newSite(t)
	d := s.documents()
	s.found(d)
	s.advance(2 * time.Hour)
	s.answer(503, nil, "")
	for range 5 {
		s.found(d)
	}
	assert.EqualValues(t, 2, s.fetches.Load(), "a failure has a pause")
	s.advance(31 * time.Second)
	s.found(d)
	assert.EqualValues(t, 3, s.fetches.Load())
	s.advance(24 * time.Hour)
	assert.Equal(t, refusal.CheckDocumentFetch, s.refusedBy(d).Check)
	s.publish(nil)
	assert.Equal(t, refusal.CheckDocumentFetch, s.refusedBy(d).Check, "the pause")
	s.advance(31 * time.Second)
	s.found(d)

	s.advance(2 * time.Hour)
	s.publish(map[string]any{"redirect_uris": []string{}})
	assert.Equal(t, refusal.CheckDocument, s.refusedBy(d).Check, "what is there is wrong, and not out of reach")
	s.publish(nil)
	s.advance(31 * time.Second)
	s.found(d)
}

// Of many first requests, at two servers, one registers.
func TestManyFirstRequestsRegisterOneClient(t *testing.T) {
	s := newSite(t)
	both := []*registration.Documents{s.documents(), s.documents()}
	release := make(chan struct{})
	text := s.text(nil)
	s.mu.Lock()
	s.serve = func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(text))
	}
	s.mu.Unlock()
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			c, err := both[i%2].Client(t.Context(), s.id())
			if assert.NoError(t, err) {
				assert.Equal(t, s.id(), c.ID)
			}
		})
	}
	require.Eventually(t, func() bool { return s.fetches.Load() == 2 }, 5*time.Second, time.Millisecond)
	close(release)
	wg.Wait()
	assert.EqualValues(t, 2, s.fetches.Load())
	assert.Len(t, s.taken, 2)
}

// fromAddress is a request from an address.
type fromAddress string

func (a fromAddress) Origin() audit.Origin { return audit.Origin{Address: string(a)} }

// A request that anybody can send must not have this server send others without limit, or fill its database.
func TestUnknownDocumentsHaveBounds(t *testing.T) {
	s := newSite(t)
	d := s.documents()
	s.wait = time.Minute
	r := s.refusedBy(d)
	assert.Equal(t, []any{refusal.CheckDocumentLimit, 429, time.Minute}, []any{r.Check, r.HTTPStatus(), r.RetryAfter})
	assert.Zero(t, s.fetches.Load())
	assert.Zero(t, d.Seen(), "nothing is known of it")
	s.wait = 0
	s.found(d)
	s.wait = time.Minute
	s.advance(2 * time.Hour)
	s.found(d)
	assert.EqualValues(t, 2, s.fetches.Load(), "of known ones it is not asked")

	s.wait = 0
	s.answer(404, nil, "")
	refused := 0
	for i := range 70 {
		_, err := d.Client(t.Context(), s.server.URL+"/"+strings.Repeat("a", i+1))
		if s.refused(err).Check == refusal.CheckDocumentLimit {
			refused++
		}
	}
	assert.Equal(t, 10, refused, "60 at once of one host, and one more each minute")
	s.advance(2 * time.Hour)
	asked := func(address string) (fetched int) {
		ctx := audit.WithRequest(t.Context(), fromAddress(address))
		for i := range 15 {
			_, err := d.Client(ctx, s.server.URL+"/"+address+strings.Repeat("a", i+1))
			if s.refused(err).Check != refusal.CheckDocumentLimit {
				fetched++
			}
		}
		return fetched
	}
	assert.Equal(t, []int{10, 8, 0, 7}, []int{asked("192.0.2.1"), asked("198.51.100.1"), asked("192.0.2.2"), asked("2001:db8::1")}, "a part for each network")
	for i := range 12 {
		asked(fmt.Sprintf("10.0.%d.1", i))
	}
	assert.Positive(t, asked("203.0.113.7"), "somebody else")

	s.publish(nil)
	s.settings.Most = 1
	fetches := s.fetches.Load()
	full := s.documents()
	_, err := full.Client(t.Context(), s.server.URL+"/other.json")
	assert.Equal(t, refusal.CheckRegistrations, s.refused(err).Check)
	assert.Equal(t, fetches, s.fetches.Load())
}

func TestDocumentsAreReadOnNamedHosts(t *testing.T) {
	s := newSite(t)
	_, err := s.documents("notes.example").Client(t.Context(), s.id())
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.Zero(t, s.fetches.Load())
	s.found(s.documents("notes.example", "127.0.0.1"))
	for _, hosts := range [][]string{{"notes.example"}, {""}} { // it is not let in any more
		_, err := s.documents(hosts...).Client(t.Context(), s.id())
		assert.Equal(t, refusal.CheckDocumentHost, s.refused(err).Check)
	}
	assert.EqualValues(t, 1, s.fetches.Load())
	for _, id := range []string{"notes", "http://127.0.0.1/c", s.server.URL, s.id() + "#a", s.id() + "?a=1", s.server.URL + "/a/../b"} {
		_, err := s.documents().Client(t.Context(), id)
		require.ErrorIs(t, err, provider.ErrNotFound, id)
	}
	assert.EqualValues(t, 1, s.fetches.Load())
}

// Its home page is where it says it is, or nowhere: another would lead people to somebody else.
func TestAHomePageOfAnotherOriginIsNotShown(t *testing.T) {
	s := newSite(t)
	s.publish(map[string]any{"client_uri": "https://bank.example/", "client_name": nil})
	c := s.found(s.documents())
	assert.Empty(t, c.URI)
	assert.Equal(t, "127.0.0.1", c.Name, "without a name it is called by its host")
}

// A transaction, such as that of what is only foreseen, must not wait for another server, and may be rolled back.
func TestATransactionReadsNoDocument(t *testing.T) {
	s := newSite(t)
	d := s.documents()
	inTx := func() (c *client.Client, err error) {
		return c, errors.Join(s.store.InTx(t.Context(), func(ctx context.Context) error {
			c, err = d.Client(ctx, s.id())
			return nil
		}), err)
	}
	_, err := inTx()
	require.ErrorIs(t, err, provider.ErrNotFound)
	assert.Zero(t, s.fetches.Load())
	s.found(d)
	s.publish(map[string]any{"client_name": "Other notes"})
	s.advance(2 * time.Hour)
	c, err := inTx()
	require.NoError(t, err)
	assert.Equal(t, "Notes", c.Name)
	assert.Equal(t, "Other notes", s.found(d).Name)
}

func TestADisabledClientIsNotFetched(t *testing.T) {
	s := newSite(t)
	s.found(s.documents())
	s.update(func(c *client.Client) { c.Disabled = true })
	s.advance(48 * time.Hour)
	assert.True(t, s.found(s.documents()).Disabled)
	assert.EqualValues(t, 1, s.fetches.Load())
}

// An id that is the subject of a user is that of no client: a token of the client could be taken for the user's.
func TestADocumentAtTheSubjectOfAUser(t *testing.T) {
	s := newSite(t)
	require.NoError(t, s.store.CreateUser(t.Context(), &account.User{ID: provider.NewID(*s.now.Load(), rand.Reader), Subject: s.id(), Username: "ada"}))
	assert.Equal(t, refusal.CheckDocument, s.refusedBy(s.documents()).Check)
}
