package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Pages of what people and clients have are read by auditors, who change nothing, and by nobody else.
func TestAccessIsReadByAuditorsAndChangedByAdministrators(t *testing.T) {
	f := newFixture(t, nil)
	auditor, nobody, alice, c := f.signIn(f.user("auditor", account.RoleAuditor)), f.signIn(f.user("nobody")), f.user("alice"), f.storedClient("mail")
	p, phone := f.issue(c, alice), f.signIn(alice)
	agreed := consent.Remembered{}.And(consent.Agreement{Scopes: []string{"openid"}})
	require.NoError(t, f.store.Remember(t.Context(), alice.ID, c.ID, "", agreed, *f.now.Load()))
	token, session := "/admin/tokens/"+p.ID.String(), "/admin/sessions/"+phone.sessionID().String()
	for _, path := range []string{"/admin", "/admin/tokens", "/admin/tokens?client=mail", token, "/admin/sessions", session, "/admin/consents", "/admin/keys", "/admin/explain", "/admin/find"} {
		page := auditor.get(path)
		assert.Equal(t, http.StatusOK, page.Code, path)
		assert.Contains(t, page.Body.String(), `<a href="/account">auditor</a>`, "the viewer is named, not whom the page is about: %s", path)
		for _, form := range []string{"/revocation", "/end", "/withdrawal", "/rotation"} {
			assert.NotContains(t, page.Body.String(), form+`">`, path)
		}
		assert.Equal(t, http.StatusTeapot, nobody.get(path).Code, path)
	}
	yes := url.Values{"confirm": {"yes"}, "client": {"mail"}, "alg": {"ES256"}, "wait": {"10"}}
	for _, path := range []string{
		token + "/revocation", "/admin/tokens/revocation", session + "/end", "/admin/consents/" + consent.ID(alice.ID, c.ID) + "/withdrawal", "/admin/keys/rotation", "/admin/keys/" + f.signers()[0].KID + "/withdrawal",
	} {
		for _, b := range []*browser{auditor, nobody} {
			assert.Equal(t, http.StatusTeapot, b.post(path, yes).Code, path)
		}
	}
	records, err := f.store.Records(t.Context(), audit.Filter{Actions: []audit.Action{audit.TokenRevoke, audit.SessionEnd, audit.ConsentWithdraw, audit.KeyCreate, audit.KeyWithdraw}}, 10)
	require.NoError(t, err)
	assert.Len(t, records, 1, "the key that the server began with")
}

// What clients and browsers say of themselves is text.
func TestAccessShowsWhatOthersFilledInAsText(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	c := f.storedClient(`"><script>id`)
	c.Name = `"><script>name`
	require.NoError(t, f.store.UpdateClient(t.Context(), c))
	p := f.issue(c, alice)
	agreed := consent.Remembered{}.And(consent.Agreement{Scopes: []string{`"><script>scope`}, Audience: []string{`"><script>audience`}})
	require.NoError(t, f.store.Remember(t.Context(), alice.ID, c.ID, "", agreed, *f.now.Load()))
	for _, path := range []string{"/admin/tokens", "/admin/tokens/" + p.ID.String(), "/admin/consents"} {
		page := b.get(path).Body.String()
		assert.Contains(t, page, "&lt;script&gt;", path)
		assert.NotContains(t, page, "><script>", path)
	}
	assert.Equal(t, "/admin/clients/%22%3E%3Cscript%3Eid", location(t, b.find(c.ID)))
}
