package console_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// signedOut ends a session of a user that a client took part in, with what became of telling it.
func (f *fixture) signedOut(u *account.User, clientID, number string, settle func(d *logout.Delivery)) logout.Delivery {
	f.t.Helper()
	f.later(time.Second)
	ctx, now := f.t.Context(), *f.now.Load()
	ends := now.Add(time.Hour)
	s := &session.Session{ID: f.id(), User: u, Hash: bytes33(number), Proofs: session.ProvedAt(now, session.Password), SeenAt: now, ExpiresAt: ends}
	require.NoError(f.t, f.store.CreateSession(ctx, s))
	require.NoError(f.t, f.store.CreateGrant(ctx, &grant.Grant{ID: f.id(), ClientID: clientID, UserID: u.ID, UserGeneration: u.Generation, SessionID: s.ID, Scopes: []string{"openid"}, CreatedAt: now, ExpiresAt: &ends}))
	_, err := f.store.EndSession(ctx, s.ID, now)
	require.NoError(f.t, err)
	d, err := f.store.ClaimLogout(ctx, clientID, now, ends)
	require.NoError(f.t, err)
	d.TriedAt = &now
	settle(&d)
	require.NoError(f.t, f.store.SettleLogout(ctx, d))
	return d
}

func (f *fixture) told(id string) *client.Client {
	return f.registered(id, func(c *client.Client) { c.BackChannelLogoutURI = "https://" + id + ".example/out" })
}

func TestSignOutsThatApplicationsAreToldOf(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	assert.Contains(t, b.get("/admin/logouts").Body.String(), "backchannel_logout_uri")
	f.registered("silent", nil)
	assert.NotContains(t, b.get("/admin/clients/silent").Body.String(), `id="logouts"`)
	f.told("shop")
	f.told("blog")
	page := b.get("/admin/clients/shop").Body.String()
	assert.Contains(t, page, "It was told of no sign-out")
	assert.NotContains(t, page, `name="since"`)

	f.signedOut(alice, "shop", "1", func(d *logout.Delivery) { d.State, d.Status, d.Took = logout.Delivered, 204, 12*time.Millisecond })
	failed := f.signedOut(alice, "shop", "2", func(d *logout.Delivery) { d.State, d.Fault = logout.Failed, "timeout" })
	waits := f.signedOut(alice, "blog", "3", func(d *logout.Delivery) { d.Status, d.Fault, d.NextAt = 503, "status", f.now.Load().Add(2*time.Hour) })
	all := b.get("/admin/logouts").Body.String()
	for _, want := range []string{">alice</a>", "HTTP 204", "12 ms", "no answer in time", "HTTP 503", "next attempt", `href="/admin/clients/shop"`, `href="/admin/clients/blog"`} {
		assert.Contains(t, all, want)
	}
	assert.Equal(t, 2, strings.Count(all, ">Send again</button>"), "not of what was delivered")
	some := b.get("/admin/logouts?state=failed").Body.String()
	assert.Contains(t, some, "no answer in time")
	assert.NotContains(t, some, "HTTP 204")
	assert.NotContains(t, b.get("/admin/logouts?client=blog").Body.String(), "HTTP 204")
	assert.Contains(t, b.get("/admin/logouts?client=silent").Body.String(), "No sign-out matches")
	own := b.get("/admin/clients/shop").Body.String()
	assert.Contains(t, own, "no answer in time")
	assert.NotContains(t, own, "HTTP 503", "of another")
	assert.Contains(t, own, `name="since"`)

	auditor := f.signIn(f.user("auditor", account.RoleAuditor))
	for _, path := range []string{"/admin/logouts", "/admin/clients/shop"} {
		assert.NotContains(t, auditor.get(path).Body.String(), `action="/admin/clients/shop/logouts"`, path)
		assert.NotContains(t, auditor.get(path).Body.String(), "Send again", path)
	}

	// What waits is sent at once, what failed again: from the page that the form was on.
	at := b.post("/admin/clients/blog/logouts", url.Values{"delivery": {waits.ID.String()}, "from": {"/admin/logouts"}, "state": {"pending"}})
	assert.Contains(t, location(t, at), "/admin/logouts?")
	assert.Contains(t, b.done(at), "blog is told again.")
	wrong := b.post("/admin/clients/shop/logouts", url.Values{"since": {"yesterday"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.Code)
	assert.Contains(t, wrong.Body.String(), `value="yesterday" required aria-invalid="true"`)
	assert.Contains(t, b.done(b.post("/admin/clients/shop/logouts", url.Values{"since": {"2026-05-01T00:00"}})), "sent again: 1")
	for _, text := range []string{"none", failed.SID.String()} {
		assert.Contains(t, b.done(b.post("/admin/clients/shop/logouts", url.Values{"delivery": {text}})), "not kept any more")
	}
	list, err := f.store.Logouts(t.Context(), logout.Filter{State: logout.Pending}, 5)
	require.NoError(t, err)
	require.Len(t, list, 2)
	for _, d := range list {
		assert.False(t, d.NextAt.After(*f.now.Load()))
	}
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.ClientRedeliverLogout}, 10)
	require.NoError(t, err)
	var done []string
	for _, r := range records {
		if r.Outcome == audit.Done {
			done = append(done, r.Target.ClientID)
		}
	}
	assert.ElementsMatch(t, []string{"blog", "shop"}, done)
}

func TestSignOutsArePaged(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	f.told("shop")
	for i := range 60 {
		f.signedOut(alice, "shop", strconv.Itoa(i), func(d *logout.Delivery) { d.State, d.Fault = logout.Failed, "dns" })
	}
	assert.Regexp(t, `rel="next" href="/admin/logouts\?after=[^"]*state=failed`, b.get("/admin/logouts?state=failed").Body.String())
	assert.Equal(t, 10, strings.Count(b.get("/admin/clients/shop").Body.String(), "unknown host name"))
}
