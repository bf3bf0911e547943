package e2e_test

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// registered opens the page of an application that this administrator has registered.
func (a *administrator) registered(kind string) {
	a.t.Helper()
	a.opens("/admin/clients", "clients")
	a.presses(`tbody a[href="/admin/clients/` + kind + "-" + a.way + `"]`)
	a.on("client")
}

// registers registers an application of a kind, after a mistake where that can be made.
func (a *administrator) registers(kind, redirect string) {
	a.t.Helper()
	const submit = "main form button[type=submit]"
	id := kind + "-" + a.way
	a.opens("/admin/clients", "clients")
	a.presses(`a[href="/admin/new-client"]`)
	a.on("client-kinds")
	a.presses(`a[href="/admin/new-client/` + kind + `"]`)
	a.on("new-client")
	a.fills("#client_name", "App "+id)
	a.fills("#client_id", id)
	if redirect != "" {
		a.fills("#redirect_uris", "no address")
		a.presses(submit)
		a.sees("#redirect_uris-fault", "")
		a.has("#client_name", "App "+id)
		a.fills("#redirect_uris", redirect)
	}
	a.presses(submit)
}

// copies takes a secret that is shown this once, and leaves it behind.
func (a *administrator) copies() string {
	a.t.Helper()
	a.on("client-secret")
	a.clicks("#client-secret .copy")
	assert.True(a.t, ask(a, chromedp.Poll[bool](`(e => e.textContent === e.dataset.done)(document.querySelector('#client-secret .copy'))`)))
	secret := ask(a, chromedp.Text("#client-secret code"))
	assert.Len(a.t, secret, 64)
	a.presses(".actions a.quiet")
	a.on("client")
	assert.False(a.t, ask(a, chromedp.Evaluate[bool](fmt.Sprintf(`document.documentElement.outerHTML.includes(%q)`, secret))), "the secret is shown again")
	return secret
}

func applicationJourneys() []journey {
	return []journey{
		{"register an application with a server", func(a *administrator) {
			a.registers("web", "https://app.example.com/callback")
			a.secret = a.copies()
		}},
		{"register an application in a browser", func(a *administrator) {
			a.registers("spa", "https://app.example.com/callback")
			a.said("is registered")
		}},
		{"register an application on phones", func(a *administrator) {
			a.registers("native", "")
			a.said("is registered")
		}},
		{"register a service", func(a *administrator) {
			a.registers("service", "")
			a.copies()
		}},
		{"register an API", func(a *administrator) {
			a.registers("api", "")
			a.copies()
		}},
		{"change redirect URIs, after a mistake", func(a *administrator) {
			a.registered("web")
			a.presses(`a[href$="/registration"]`)
			a.on("client-registration")
			a.fills("#redirect_uris", "https://app.example.com/a\nhttp://app.example.com/b")
			a.presses("main form .actions button")
			a.sees("#redirect_uris-fault", "")
			a.fills("#redirect_uris", "https://app.example.com/a\nhttps://app.example.com/b")
			a.presses("main form .actions button")
			a.said("is saved")
		}},
		{"say who may use an application", func(a *administrator) {
			a.fills("section[aria-labelledby=access] #user", "admin")
			a.presses(`section[aria-labelledby=access] form:has(#user) button`)
			a.confirms("")
			a.said("may use it")
		}},
		{"add a secret", func(a *administrator) {
			a.presses(`form[action$="/secrets"].inline button`)
			assert.NotEqual(a.t, a.secret, a.copies())
		}},
		{"run its flow", func(a *administrator) {
			a.presses(`main a[href$="/try"].button`)
			a.on("flow")
			a.presses("#redirect-add")
			a.said("")
			a.presses("#flow-start")
			a.on("flow-request")
			a.presses("#flow-go")
			a.sees("#consent-page", "")
			a.presses("#consent-accept")
			a.sees("#flow-exchange", "")
			a.fills("#secret", a.secret)
			a.enters()
			a.sees("#token-id_token", "")
			a.presses("#step-userinfo")
			a.sees(`#console-flow-run[data-step="userinfo"]`, "admin@example.com")
			a.presses(".crumbs a[href$='/try']")
			a.presses("#redirect-remove")
			a.sees("#redirect-add", "")
			assert.Zero(a.t, strings.Count(a.server.log.String(), a.secret), "the log has the secret")
		}},
		{"ask what would happen", func(a *administrator) {
			a.opens("/admin/try", "try")
			a.fills("#client", "web-"+a.way)
			a.fills("#user", "admin")
			a.presses("#try-submit")
			a.sees("#decision", "")
		}},
		{"copy settings", func(a *administrator) {
			a.registered("web")
			a.presses(`main a[href$="/settings"]`)
			a.on("client-settings")
			a.presses(`a[href$="/settings/grafana"]`)
			a.sees("pre.paste", "web-"+a.way)
		}},
		{"delete an application", func(a *administrator) {
			a.registered("spa")
			a.presses(`form[action$="/deletion"] button`)
			a.confirms("something else")
			a.sees("#confirm-wrong", "")
			a.confirms("spa-" + a.way)
			a.said("is deleted")
		}},
	}
}
