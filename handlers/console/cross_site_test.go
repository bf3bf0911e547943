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
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// sentForm is a form that changes something, when the page that it is on has sent it.
type sentForm struct {
	route, path string
	// page is the one with the form, whose other fields are as they are; empty: there are none.
	page   string
	fields url.Values
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
	var (
		user, app, webhook = "/admin/users/" + alice.ID.String(), "/admin/clients/" + shop.ID, "/admin/webhooks/" + hook.ID.String()
		yes                = url.Values{"confirm": {"yes"}}
	)
	return []sentForm{
		{"token revocation", "/admin/tokens/" + p.ID.String() + "/revocation", "", yes},
		{"tokens revocation", "/admin/tokens/revocation", "", url.Values{"client": {"mail"}, "confirm": {"yes"}}},
		{"session end", "/admin/sessions/" + phone.sessionID().String() + "/end", "", nil},
		{"consent withdrawal", "/admin/consents/" + consent.ID(alice.ID, "mail") + "/withdrawal", "", yes},
		{"client creation", "/admin/new-client/service", "/admin/new-client/service", url.Values{"client_name": {"Service"}}},
		{"client registration", app + "/registration", app + "/registration", url.Values{"client_name": {"Other"}}},
		{"client state", app + "/state", "", url.Values{"state": {"disabled"}}},
		{"client secrets", app + "/secrets", "", url.Values{"overlap": {"day"}}},
		{"client access", app + "/access", "", url.Values{"action": {"named"}, "confirm": {"yes"}}},
		{"client deletion", app + "/deletion", "", url.Values{"confirm": {shop.ID}}},
		{"user creation", "/admin/users/new", "/admin/users/new", url.Values{"username": {"bob"}}},
		{"invitation", "/admin/users/invitations", "", url.Values{"contact": {"carol@example.com"}}},
		{"invitation withdrawal", "/admin/users/invitations/withdrawal", "/admin/users/invitations", nil},
		{"user change", user + "/edit", user + "/edit", url.Values{"given_name": {"Alice"}}},
		{"user recovery", user + "/recovery", "", nil},
		{"user sessions", user + "/sessions", "", nil},
		{"user apps", user + "/apps", "", url.Values{"client": {"billing"}}},
		{"user factors", user + "/factors", "", yes},
		{"user password", user + "/password", "", url.Values{"password": {"a long new password"}}},
		{"group member", "/admin/groups/editor/members", "", url.Values{"user": {"alice"}}},
		{"group removal", "/admin/groups/editor/removal", "", url.Values{"user": {alice.ID.String()}, "confirm": {"yes"}}},
		{"user state", user + "/state", "", url.Values{"state": {"disabled"}}},
		{"user deletion", user + "/deletion", "", url.Values{"action": {"delete"}, "confirm": {"alice"}}},
		{"key rotation", "/admin/keys/rotation", "", url.Values{"alg": {"ES256"}, "wait": {"0"}, "confirm": {"yes"}}},
		{"key withdrawal", "/admin/keys/" + f.signers()[0].KID + "/withdrawal", "", url.Values{"confirm": {f.signers()[0].KID[:8]}}},
		{"scope creation", "/admin/scopes/new", "", url.Values{"name": {"orders"}, "description": {"See orders"}}},
		{"scope change", "/admin/scopes/scope", "/admin/scopes/scope?name=orders", url.Values{"description": {"See your orders"}}},
		{"scope deletion", "/admin/scopes/deletion", "", url.Values{"name": {"orders"}, "confirm": {"orders"}}},
		{"webhook creation", "/admin/webhooks/new", "", url.Values{"url": {"https://other.example/"}}},
		{"webhook change", webhook + "/edit", webhook + "/edit", url.Values{"description": {"Other"}}},
		{"webhook secret", webhook + "/secret", "", url.Values{"overlap": {"0"}, "confirm": {"yes"}}},
		{"webhook test", webhook + "/test", "", nil},
		{"webhook redelivery", webhook + "/redelivery", "", url.Values{"since": {"2026-01-01T00:00"}}},
		{"webhook state", webhook + "/state", "", url.Values{"state": {"disabled"}}},
		{"webhook deletion", webhook + "/deletion", "", url.Values{"confirm": {"receiver.example"}}},
		{"limit reset", "/admin/limits/page-prefix/reset", "", url.Values{"address": {"192.0.2.9"}}},
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
		if slices.Contains(line.Methods, http.MethodPost) && line.Name != "console find" { // which changes nothing
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
