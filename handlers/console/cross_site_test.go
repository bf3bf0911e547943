package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	itself "github.com/gatehouse-id/gatehouse/provider/registration"
)

// sentForm is a form that changes something, when the page that it is on has sent it.
type sentForm struct {
	route, path string
	// page is the one with the form, whose other fields are as they are; empty: there are none.
	page   string
	fields url.Values
	// unrecorded: it changes nothing that the audit log has.
	unrecorded bool
}

// everyForm has one for each form of the console, in an order in which each still has something to change.
func (f *fixture) everyForm() []sentForm {
	f.t.Helper()
	ctx, now := f.t.Context(), *f.now.Load()
	alice, shop, hook := f.user("alice"), f.registered("shop", nil), f.hook("https://receiver.example/")
	f.issue(f.storedClient("mail"), alice)
	p := f.issue(f.storedClient("billing"), alice)
	agreed := consent.Remembered{}.And(consent.Agreement{Scopes: []string{"openid"}})
	require.NoError(f.t, f.store.Remember(ctx, alice.ID, "mail", "", agreed, now))
	require.NoError(f.t, f.store.Remember(ctx, alice.ID, "billing", "", agreed, now))
	phone, _ := f.signIn(alice), f.signIn(alice)
	require.NoError(f.t, f.store.AddPasskey(ctx, &passkey.Passkey{ID: f.id(), UserID: alice.ID, Name: "Key", CredentialID: []byte{1}, PublicKey: []byte{1}, Handle: []byte{1}, CreatedAt: now}))
	f.fail(hook)
	initial := itself.InitialToken{ID: f.id(), Hash: []byte("initial"), CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	require.NoError(f.t, f.store.AddInitialToken(ctx, initial))
	f.told("told")
	f.signedOut(f.user("left"), "told", "left", func(d *logout.Delivery) { d.State = logout.Failed })
	var (
		user, app, webhook = "/admin/users/" + alice.ID.String(), "/admin/clients/" + shop.ID, "/admin/webhooks/" + hook.ID.String()
		yes                = url.Values{"confirm": {"yes"}}
	)
	return []sentForm{
		{"token revocation", "/admin/tokens/" + p.ID.String() + "/revocation", "", yes, false},
		{"tokens revocation", "/admin/tokens/revocation", "", url.Values{"client": {"mail"}, "confirm": {"yes"}}, false},
		{"session end", "/admin/sessions/" + phone.sessionID().String() + "/end", "", nil, false},
		{"consent withdrawal", "/admin/consents/" + consent.ID(alice.ID, "mail") + "/withdrawal", "", yes, false},
		{"client creation", "/admin/new-client/service", "/admin/new-client/service", url.Values{"client_name": {"Service"}}, false},
		{"client registration", app + "/registration", app + "/registration", url.Values{"client_name": {"Other"}}, false},
		{"client state", app + "/state", "", url.Values{"state": {"disabled"}}, false},
		{"client secrets", app + "/secrets", "", url.Values{"overlap": {"day"}}, false},
		{"client logout redelivery", "/admin/clients/told/logouts", "", url.Values{"since": {"2026-01-01T00:00"}}, false},
		{"registration token creation", "/admin/registration-tokens/new", "/admin/registration-tokens/new", url.Values{"label": {"Partner"}}, false},
		{"registration token revocation", "/admin/registration-tokens/" + initial.ID.String() + "/revocation", "", yes, false},
		{"client access", app + "/access", "", url.Values{"action": {"named"}, "confirm": {"yes"}}, false},
		{"client try redirect URI", app + "/try/redirect-uri", "", url.Values{"action": {"add"}}, false},
		{"client try start", app + "/try/start", "", nil, true},
		{"client try token", app + "/try/token", "", nil, true},
		{"try exchange", "/admin/try/exchange", "", nil, true},
		{"try step", "/admin/try/step", "", nil, true},
		{"client deletion", app + "/deletion", "", url.Values{"confirm": {shop.ID}}, false},
		{"user creation", "/admin/users/new", "/admin/users/new", url.Values{"username": {"bob"}}, false},
		{"invitation", "/admin/users/invitations", "", url.Values{"contact": {"carol@example.com"}}, false},
		{"invitation withdrawal", "/admin/users/invitations/withdrawal", "/admin/users/invitations", nil, false},
		{"user change", user + "/edit", user + "/edit", url.Values{"given_name": {"Alice"}}, false},
		{"user recovery", user + "/recovery", "", nil, false},
		{"user sessions", user + "/sessions", "", nil, false},
		{"user apps", user + "/apps", "", url.Values{"client": {"billing"}}, false},
		{"user factors", user + "/factors", "", yes, false},
		{"user password", user + "/password", "", url.Values{"password": {"a long new password"}}, false},
		{"group member", "/admin/groups/editor/members", "", url.Values{"user": {"alice"}}, false},
		{"group removal", "/admin/groups/editor/removal", "", url.Values{"user": {alice.ID.String()}, "confirm": {"yes"}}, false},
		{"user state", user + "/state", "", url.Values{"state": {"disabled"}}, false},
		{"user deletion", user + "/deletion", "", url.Values{"action": {"delete"}, "confirm": {"alice"}}, false},
		{"key rotation", "/admin/keys/rotation", "", url.Values{"alg": {"ES256"}, "wait": {"0"}, "confirm": {"yes"}}, false},
		{"key withdrawal", "/admin/keys/" + f.signers()[0].KID + "/withdrawal", "", url.Values{"confirm": {f.signers()[0].KID[:8]}}, false},
		{"scope creation", "/admin/scopes/new", "", url.Values{"name": {"orders"}, "description": {"See orders"}}, false},
		{"scope change", "/admin/scopes/scope", "/admin/scopes/scope?name=orders", url.Values{"description": {"See your orders"}}, false},
		{"scope deletion", "/admin/scopes/deletion", "", url.Values{"name": {"orders"}, "confirm": {"orders"}}, false},
		{"webhook creation", "/admin/webhooks/new", "", url.Values{"url": {"https://other.example/"}}, false},
		{"webhook change", webhook + "/edit", webhook + "/edit", url.Values{"description": {"Other"}}, false},
		{"webhook secret", webhook + "/secret", "", url.Values{"overlap": {"0"}, "confirm": {"yes"}}, false},
		{"webhook test", webhook + "/test", "", nil, false},
		{"webhook redelivery", webhook + "/redelivery", "", url.Values{"since": {"2026-01-01T00:00"}}, false},
		{"webhook state", webhook + "/state", "", url.Values{"state": {"disabled"}}, false},
		{"webhook deletion", webhook + "/deletion", "", url.Values{"confirm": {"receiver.example"}}, false},
		{"limit reset", "/admin/limits/page-prefix/reset", "", url.Values{"address": {"192.0.2.9"}}, false},
	}
}

// No form of the console does anything that another site, another browser or another user's page has sent, and each does
// what it is for when its own page sends it.
func TestFormsOfTheConsoleAreSentByItsOwnPages(t *testing.T) {
	f := newFixture(t, nil)
	root := f.user("root", account.RoleAdmin)
	b, elsewhere, other := f.signIn(root), f.signIn(root), f.signIn(f.user("other", account.RoleAdmin))
	b.use("page-prefix", "192.0.2.9")
	tokens := map[string]string{"none": "", "another browser's": elsewhere.token(), "another administrator's": other.token(), "changed": b.token()[1:]}
	forms := f.everyForm()
	var last audit.Record
	newest := func() audit.Record {
		records, err := f.store.Records(t.Context(), audit.Filter{}, 1)
		require.NoError(t, err)
		return records[0]
	}
	for _, line := range f.lines {
		if slices.Contains(line.Methods, http.MethodPost) && line.Name != "console find" && line.Name != "console explain" { // which change nothing
			assert.True(t, slices.ContainsFunc(forms, func(s sentForm) bool { return "console "+s.route == line.Name }), "no form for %s", line.Name)
		}
	}
	for _, s := range forms {
		f.later(time.Second)
		form := url.Values{}
		if s.page != "" {
			form = filled(b.get(s.page).Body.String())
		}
		for name, values := range s.fields {
			form[name] = values
		}
		own := b.token()
		last = newest()
		for name, headers := range map[string][2]string{
			"another site": {"Origin", "https://evil.example"}, "another host": {"Origin", "https://www.id.example"}, "a frame of another site": {"Sec-Fetch-Site", "cross-site"}, "a sibling": {"Sec-Fetch-Site", "same-site"},
		} {
			form.Set("page", own)
			assert.Equal(t, http.StatusTeapot, b.sendForm(s.path, form, headers).Code, "%s: %s", s.route, name)
		}
		form.Set("page", "")
		assert.Equal(t, http.StatusTeapot, b.sendForm(s.path, form, [2]string{"Origin", "null"}).Code, "%s: nobody says from where", s.route)
		for name, token := range tokens {
			form.Set("page", token)
			to := location(t, b.sendForm(s.path, form, [2]string{"Sec-Fetch-Site", "same-origin"}))
			assert.Contains(t, b.get(to).Body.String(), "so nothing was changed", "%s: token: %s", s.route, name)
		}
		assert.Equal(t, last.ID, newest().ID, "%s changed something", s.route)
		form.Set("page", own)
		w := b.sendForm(s.path, form, [2]string{"Sec-Fetch-Site", "same-origin"})
		if s.unrecorded {
			assert.NotContains(t, b.get(w.Header().Get("Location")).Body.String(), "so nothing was changed", s.route)
			continue
		}
		assert.NotEqual(t, last.ID, newest().ID, "%s does nothing: %d %s", s.route, w.Code, w.Header().Get("Location"))
	}
}

// sendForm sends a form with a header that says from where.
func (b *browser) sendForm(path string, form url.Values, header [2]string) *httptest.ResponseRecorder {
	r := b.request(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(header[0], header[1])
	return b.send(r)
}
