package e2e_test

import (
	"net/url"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (a *administrator) userPath() string { return "/admin/users/" + a.user.ID.String() }

func peopleJourneys() []journey {
	return []journey{
		{"create a user, after a mistake", func(a *administrator) {
			a.opens("/admin/users", "users")
			a.presses("#user-new")
			a.on("user-form")
			a.fills("#username", "new-"+a.way)
			a.fills("#email", "no@address") // which the browser lets through
			a.presses("#user-submit")
			a.sees("#email-problem", "")
			a.has("#username", "new-"+a.way)
			assert.True(a.t, a.isAt("#email"), "the focus is where the mistake is")
			a.fills("#email", "new-"+a.way+"@example.com")
			a.presses("#user-submit")
			a.said("is created")
		}},
		{"find a user", func(a *administrator) {
			if a.keyboard {
				a.finds(a.user.Username[:9], a.userPath())
			} else {
				a.fills("#find-any", a.user.Username)
				a.enters()
			}
			a.on("user")
			a.sees("h1", a.user.Username)
		}},
		{"end the sessions of a user", func(a *administrator) {
			a.presses(`form[action$="/sessions"].row button`)
			a.said("All sessions of")
		}},
		{"disable and enable a user", func(a *administrator) {
			a.presses("button[name=state][value=disabled]")
			a.said("is disabled")
			a.presses("button[name=state][value=active]")
			a.said("is enabled")
		}},
		{"reset second factors", func(a *administrator) {
			a.presses(`form[action$="/factors"].row button`)
			a.confirms("")
			a.said("second factors of")
		}},
		{"see that somebody else has changed a user meanwhile", func(a *administrator) {
			a.presses("#user-edit")
			open := a.server.administrator(a.t)
			page := open(a.userPath()+"/edit", nil)
			changed := open(a.userPath()+"/edit", url.Values{"page": {hidden(a.t, page, "page")}, "version": {hidden(a.t, page, "version")}, "username": {a.user.Username}, "email": {a.user.Email}, "nickname": {"theirs"}})
			require.Contains(a.t, changed.body, "is saved")
			a.fills("#given_name", "mine")
			a.fills("#nickname", "mine, too")
			a.presses("#user-submit")
			a.sees("#stale", "")
			a.has("#given_name", "mine")
			a.has("#nickname", "mine, too")
			a.sees("#nickname-now", "theirs")
			a.presses("#user-submit")
			a.said("is saved")
		}},
		{"withdraw a consent", func(a *administrator) {
			a.presses(`a[href^="/admin/consents?user="]`)
			a.on("consents")
			a.presses(`form[action$="/withdrawal"] button, [formaction$="/withdrawal"]`)
			a.confirms("")
			a.said("is withdrawn")
		}},
		{"invite, and withdraw the invitation", func(a *administrator) {
			a.opens("/admin/users/invitations", "invitations")
			a.fills("#contact", "guest-"+a.way+"@example.com")
			a.presses("#invite-submit")
			a.said("is invited")
			a.presses(`form[action$="/withdrawal"] button, [formaction$="/withdrawal"]`)
			a.said("is withdrawn")
		}},
		{"give and take a role", func(a *administrator) {
			a.opens("/admin/groups", "groups")
			a.fills("#name", "editors-"+a.way)
			a.presses("main .filter button")
			a.on("group")
			a.fills("#user", a.user.Username)
			a.presses("#member-submit")
			a.said("has the role")
			a.presses(`form[action$="/removal"] button`)
			if ask(a, chromedp.Evaluate[bool](`Boolean(document.querySelector('#console-confirm'))`)) {
				a.confirms("")
			}
			a.said("has lost the role")
		}},
		{"delete a user", func(a *administrator) {
			a.opens("/admin/users", "users")
			a.fills("#search", "new-"+a.way)
			a.enters()
			a.presses("tbody tr a")
			a.on("user")
			a.presses("button[name=action][value=delete]")
			a.confirms("new-" + a.way)
			a.said("is deleted")
		}},
	}
}
