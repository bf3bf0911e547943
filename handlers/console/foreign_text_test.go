package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	itself "github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/test/harness"
)

// said are the values of the paths, and the queries, of the pages on which a hostile text is shown.
type said struct{ values, queries map[string]string }

// path is that of a route.
func (s said) path(t *testing.T, route string) string {
	t.Helper()
	return regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(route, func(name string) string {
		require.Contains(t, s.values, name, route)
		return url.PathEscape(s.values[name])
	})
}

// say stores a text wherever a client, a user, a browser or an administrator can have put one, past the checks that
// would refuse some of them: what is checked less one day, and what older versions have stored, is text all the same.
func (f *fixture) say(text, number string) said {
	f.t.Helper()
	f.later(time.Second)
	ctx, now := f.t.Context(), *f.now.Load()
	u := f.user("user" + number)
	u.Username, u.Phone, u.Roles = text, text, []string{"role", text}
	u.Profile = account.Profile{
		Name: text, GivenName: text, FamilyName: text, MiddleName: text, Nickname: text, Page: text, Picture: text, Website: text, Gender: text, Birthdate: text, Zoneinfo: text, Locale: text,
		Address: &account.Address{Formatted: text, Street: text, Locality: text, Region: text, PostalCode: text, Country: text},
	}
	require.NoError(f.t, f.store.UpdateUser(ctx, u))
	c := f.storedClient(text)
	c.Name, c.URI, c.LogoURI, c.PolicyURI, c.TOSURI, c.JWKS, c.JWKSURI, c.RequiredACR = text, text, text, text, text, text, text, text
	c.RedirectURIs, c.PostLogoutRedirectURIs, c.Contacts, c.Audience = []string{text, "https://app.example/"}, []string{text}, []string{text}, []string{text}
	c.InitiateLoginURI, c.BackChannelLogoutURI, c.Trust = text, text, client.Unverified
	c.Scopes, c.DefaultScopes, c.Restricted = []string{"openid", text}, []string{text}, true
	c.GrantTypes = append(c.GrantTypes, client.AuthorizationCode)
	require.NoError(f.t, f.store.UpdateClient(ctx, c))
	initial := itself.InitialToken{ID: f.id(), Hash: bytes33(number), Label: text, Scopes: []string{text}, Hosts: []string{text}, Audience: []string{text}, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	require.NoError(f.t, f.store.AddInitialToken(ctx, initial))
	require.NoError(f.t, f.store.AddRegistration(ctx, itself.Kept{ClientID: c.ID, Hash: bytes33(number), InitialToken: initial.ID, CreatedAt: now}))
	require.NoError(f.t, f.store.AllowGroup(ctx, c.ID, text))
	require.NoError(f.t, f.store.AllowUser(ctx, c.ID, u.ID))
	require.NoError(f.t, f.store.CreateScope(ctx, consent.Scope{Name: text, Description: text, Descriptions: map[string]string{"de": text, "en": text}, Claims: []string{text}, CreatedAt: now}))
	agreed := consent.Remembered{}.And(consent.Agreement{Scopes: []string{text}, Claims: []string{text}, Audience: []string{text}})
	require.NoError(f.t, f.store.Remember(ctx, u.ID, c.ID, "", agreed, now))
	p := f.issue(c, u)
	f.signedOut(u, c.ID, "out"+number, func(d *logout.Delivery) { d.State, d.Fault = logout.Failed, text })

	s := &session.Session{
		ID: f.id(), User: u, Hash: bytes33(number), Proofs: session.ProvedAt(now, session.Password, text), SeenAt: now, ExpiresAt: now.Add(time.Hour),
		Address: text, Seen: session.Browser{Address: text, UserAgent: text},
	}
	require.NoError(f.t, f.store.CreateSession(ctx, s))
	require.NoError(f.t, f.store.AddPasskey(ctx, &passkey.Passkey{ID: f.id(), UserID: u.ID, Name: text, CredentialID: []byte(number), PublicKey: []byte{1}, Handle: []byte(number), CreatedAt: now}))
	m := notify.Message{ID: f.id(), Channel: notify.Mail, To: text, Kind: notify.NewSignIn, UserID: u.ID, CreatedAt: now}
	require.NoError(f.t, f.store.AddMessage(ctx, notify.Stored{Message: m, Key: number, AddressNumber: 1, UserNumber: 1, State: notify.Failed, Fault: text, NextAt: now}))

	e := webhook.Endpoint{ID: f.id(), URL: "https://receiver.example/" + text, Description: text, Types: []string{text}, CreatedAt: now, UpdatedAt: now}
	require.NoError(f.t, f.store.CreateEndpoint(ctx, e, webhook.Secret{ID: f.id(), CreatedAt: now, Sealed: []byte(number)}))
	require.NoError(f.t, f.store.AddDelivery(ctx, webhook.Delivery{ID: f.id(), EventID: f.id(), EndpointID: e.ID, Type: text, Body: []byte(text), State: webhook.Failed, CreatedAt: now, NextAt: now}))

	r := audit.Record{
		ID: f.id(), At: now, Action: audit.ClientImport, Outcome: audit.Done, Target: audit.OfClient(text),
		Changes: audit.Changes{text: {Before: text, After: map[string]any{text: text}}, "source": {After: text}, "file": {After: text}, "count": {After: text}},
		Actor:   audit.Actor{Kind: audit.ClientActor, ID: text, Host: text, ClientID: text, Address: text, UserAgent: text, RequestID: text},
	}
	require.NoError(f.t, f.store.AppendRecord(ctx, r))
	refused := f.records.ID(refusal.Record{At: now, Code: refusal.InvalidRequest, Check: refusal.CheckRedirectURI, ClientID: text, Field: refusal.FieldRedirectURI, Received: text})
	query := func(pairs ...string) string {
		values := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return "?" + values.Encode()
	}
	return said{
		values: map[string]string{
			"{client_id}": text, "{user_id}": u.ID.String(), "{token_id}": p.ID.String(), "{session_id}": s.ID.String(), "{record_id}": r.ID.String(), "{webhook_id}": e.ID.String(),
			"{registration_token_id}": initial.ID.String(),
			"{consent_id}":            consent.ID(u.ID, c.ID), "{kid}": f.signers()[0].KID, "{role}": "role", "{kind}": "web", "{product}": settings.Products()[0].Name, "{policy}": "page-prefix",
		},
		queries: map[string]string{
			"/admin/scopes/scope": query("name", text), "/admin/explain": query("error", refused), "/admin/try": query("client", text, "user", u.Email, "scopes", text),
		},
	}
}

// bytes33 is as long as a hash with the number of its key.
func bytes33(text string) []byte { return []byte(fmt.Sprintf("%33s", text)) }

// inEveryField gives all parameters and fields of all pages a text.
func inEveryField(text string) url.Values {
	all := url.Values{}
	for _, name := range strings.Fields(`
		search role state type user client scopes name error find action actor target since until color channel span given done address username after
		client_name client_id redirect_uris post_logout_redirect_uris audience contacts client_uri jwks required_acr access_token_lifetime
		contact email phone given_name birthdate zoneinfo locale website roles description text language claim url overlap alg wait group label max_uses expires_in_days redirect_hosts since delivery from`) {
		all.Set(name, text)
	}
	return all
}

// Whatever clients, users and browsers say, no page of the console has it as anything but text: no element, no
// attribute and no address is made of it.
func TestForeignTextIsText(t *testing.T) {
	f := newFixture(t, func(c *console.Config) {
		for i, text := range harness.HostileTexts() {
			c.Settings = append(c.Settings, console.Setting{Name: "SETTING_" + strconv.Itoa(i), Value: text, Kind: console.VariableSetting, From: text})
		}
		c.Self = hostileServer{}
	})
	b := f.signIn(f.user("root", account.RoleAdmin))
	shown := map[string]int{}
	var last said
	for i, text := range harness.HostileTexts() {
		last = f.say(text, strconv.Itoa(i))
		for _, line := range f.lines {
			if !slices.Contains(line.Methods, http.MethodGet) || strings.HasSuffix(line.Path, "/") { // which only leads on
				continue
			}
			page := b.get(last.path(t, line.Path) + last.queries[line.Path])
			// 422: a form that asks for something cuts white space off what is typed.
			// 400: there is no run that a response could be for.
			require.Contains(t, []int{http.StatusOK, http.StatusUnprocessableEntity, http.StatusBadRequest}, page.Code, line.Path)
			content, foreign := readPage(t, page.Body.String())
			if !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html") {
				assert.Equal(t, "nosniff", page.Header().Get("X-Content-Type-Options"), line.Path)
				continue
			}
			assert.Empty(t, foreign, line.Path)
			if strings.Contains(content, text) {
				shown[line.Path]++
			}
		}
	}
	assert.Greater(t, len(shown), 25, "pages that show such texts")
	for path, count := range shown {
		assert.GreaterOrEqual(t, count, len(harness.HostileTexts())-1, path)
	}

	// Nor what a viewer was made to ask for, or to send.
	typed := inEveryField(strings.Join(harness.HostileTexts(), " "))
	for _, line := range f.lines {
		if strings.HasSuffix(line.Path, "/") {
			continue
		}
		path := last.path(t, line.Path)
		page := b.get(path + "?" + typed.Encode())
		if slices.Contains(line.Methods, http.MethodPost) {
			page = b.post(path, typed)
		}
		_, foreign := readPage(t, page.Body.String())
		assert.True(t, len(foreign) == 0 || !strings.HasPrefix(page.Header().Get("Content-Type"), "text/html"), "%s: %v", line.Name, foreign)
	}
}

// hostileServer answers with what clients and users have said.
type hostileServer struct{}

func (hostileServer) Do(context.Context, string, string, http.Header, string, int64) (outbound.Reply, error) {
	said := strings.Join(harness.HostileTexts(), " ")
	members := map[string]string{"access_token": said, "refresh_token": said, "id_token": said, "scope": said, said: said}
	body, err := json.Marshal(members)
	return outbound.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {said}}, Body: body}, err
}

// foreignElements make a page load, run or send something. Ours has one script, which it loads, and forms.
func foreignElements() []string {
	return []string{harness.Stolen, "iframe", "object", "embed", "base", "math", "style", "applet", "frame", "template", "noscript", "foreignobject", "animate", "set", "mglyph"}
}

// addresses are attributes that a browser follows.
func addresses() []string {
	return []string{"href", "src", "action", "formaction", "xlink:href", "data", "srcset", "poster", "background", "ping", "cite"}
}

// read returns the text of a page with that of its fields, and what in it is not the console's own.
func readPage(t *testing.T, page string) (text string, foreign []string) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	var all strings.Builder
	for n := range tree.Descendants() {
		if n.Type == html.TextNode {
			all.WriteString(n.Data + "\n")
			continue
		}
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains(foreignElements(), n.Data) || n.Data == "script" && n.FirstChild != nil {
			foreign = append(foreign, n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "http-equiv", strings.Contains(a.Key, harness.Stolen),
				slices.Contains(addresses(), a.Key) && !followable(n, a.Val):
				foreign = append(foreign, fmt.Sprintf("%s %s=%q", n.Data, a.Key, a.Val))
			case a.Key == "value":
				all.WriteString(a.Val + "\n")
			}
		}
	}
	return all.String(), foreign
}

// followable tells whether an address of an element is of this server, or of the page of an application, which does not
// learn from where somebody comes.
func followable(n *html.Node, address string) bool {
	if strings.HasPrefix(address, issuer+"/") || strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") || strings.HasPrefix(address, "#") {
		return true
	}
	private := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" && a.Val == "noreferrer" })
	return n.Data == "a" && private && strings.HasPrefix(address, "https://")
}
