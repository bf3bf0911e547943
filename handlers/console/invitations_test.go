package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

func TestPeopleAreInvitedAndInvitationsWithdrawn(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	const path = "/admin/users/invitations"
	assert.Contains(t, b.get(path).Body.String(), "No invitation is open")
	page := b.done(b.post(path, url.Values{"contact": {"Ada@Example.com"}, "roles": {"editor"}, "locale": {"de"}}))
	assert.Contains(t, page, "ada@example.com is invited")
	assert.Contains(t, page, "waiting")
	assert.Contains(t, b.done(b.post(path, url.Values{"contact": {"+44 20 7183 8750"}})), "442071838750")
	id := filled(page).Get("invitation")
	assert.NotContains(t, b.done(b.post(path+"/withdrawal", url.Values{"invitation": {id}})), "ada@example.com")
	b.done(b.post(path+"/withdrawal", url.Values{"invitation": {id}}))
	assert.Equal(t, http.StatusTeapot, b.post(path+"/withdrawal", url.Values{"invitation": {"1"}}).Code)
}

func TestWrongInvitationIsShownAgain(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for _, contact := range []string{"", "nobody", "root@example.com", "+1"} {
		w := b.post("/admin/users/invitations", url.Values{"contact": {contact}})
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, contact)
		assert.Contains(t, w.Body.String(), `id="contact-problem"`, contact)
	}
}

func TestAuditorsSeeInvitations(t *testing.T) {
	f := newFixture(t, nil)
	f.invite(t, "ada@example.com")
	b := f.signIn(f.user("auditor", account.RoleAuditor))
	page := b.get("/admin/users/invitations").Body.String()
	assert.Contains(t, page, "ada@example.com")
	assert.NotContains(t, page, "invite-submit")
	assert.NotContains(t, page, "withdrawal")
	assert.Equal(t, http.StatusTeapot, b.post("/admin/users/invitations", url.Values{"contact": {"bob@example.com"}}).Code)
}

// invite invites a person.
func (f *fixture) invite(t *testing.T, contact string) {
	t.Helper()
	b := f.signIn(f.user("root", account.RoleAdmin))
	b.done(b.post("/admin/users/invitations", url.Values{"contact": {contact}}))
}

func TestInvitationsThatAreOffSayHowToTurnThemOn(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.Policy = account.Policy{} })
	assert.Contains(t, f.signIn(f.user("root", account.RoleAdmin)).get("/admin/users/invitations").Body.String(), "GATEHOUSE_REGISTRATION")
}
