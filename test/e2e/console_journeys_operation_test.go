package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

func operationJourneys() []journey {
	return []journey{
		{"find a token by its value, and revoke it", func(a *administrator) {
			token := a.server.passwordToken("alice", "wonderland")
			a.opens("/admin/tokens", "tokens")
			a.fills("#find-any", token)
			a.enters()
			a.on("token")
			a.presses(`form[action$="/revocation"] button`)
			a.said("revoked")
			assert.Equal(a.t, http.StatusUnauthorized, a.server.userInfo(token).status)
		}},
		{"explain an error", func(a *administrator) {
			refused := a.server.get("/oauth/authorize?client_id=nobody&response_type=code")
			a.opens("/admin/explain", "explain")
			a.fills("#error", a.server.url+about(a.t, refused))
			a.presses("main .filter button")
			a.sees("#meaning", "")
		}},
		{"filter the audit log", func(a *administrator) {
			a.opens("/admin/audit", "audit")
			a.fills("#user", a.user.Username)
			a.presses("main .filter button")
			a.sees("table.list", a.user.Username)
			a.presses("tbody tr a")
			a.on("audit-record")
		}},
		{"describe a scope", func(a *administrator) {
			a.opens("/admin/scopes", "scopes")
			a.presses("#scope-new")
			a.on("scope")
			a.fills("#name", "files:"+a.way)
			a.fills("#description", "See your files")
			a.checks("#claim-email")
			a.presses("#scope-submit")
			a.said("is created")
			a.fills("#description", "See all your files")
			a.presses("#scope-submit")
			a.said("is saved")
		}},
		{"rotate a signing key", func(a *administrator) {
			a.opens("/admin/keys", "keys")
			a.presses(`form[action$="/rotation"] button`)
			if ask(a, chromedp.Evaluate[bool](`Boolean(document.querySelector('#console-confirm'))`)) {
				a.confirms("")
			}
			a.said("is published")
		}},
		{"add a webhook, test it, and see what was sent", func(a *administrator) {
			got := make(chan string, 10)
			receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path }))
			defer receiver.Close()
			a.opens("/admin/webhooks", "webhooks")
			a.presses(`a[href="/admin/webhooks/new"]`)
			a.on("webhook-form")
			a.fills("#url", receiver.URL+"/"+a.way)
			a.presses("#webhook-submit")
			a.on("webhook-secret")
			a.presses(".actions a")
			a.on("webhook")
			a.presses(`form[action$="/test"] button`)
			a.said("A test goes to")
			assert.Equal(a.t, "/"+a.way, <-got)
			a.leaves(chromedp.Reload())
			a.clicks("#deliveries tbody summary")
			a.sees("#deliveries tbody pre", "")
			a.presses(`form[action$="/deletion"] button`)
			a.confirms(strings.TrimPrefix(receiver.URL, "http://"))
			a.said("is deleted")
		}},
		{"preview a brand", func(a *administrator) {
			a.opens("/admin/branding", "branding")
			a.fills("#brand_name", "Acme")
			a.presses("#branding-submit")
			a.sees("pre.paste", "Acme")
		}},
		{"look a limit up", func(a *administrator) {
			a.opens("/admin/limits", "limits")
			a.presses(`a[href="/admin/limits/page-prefix"]`)
			a.on("limit")
			a.fills("#address", "192.0.2.9")
			a.presses("main form.form button")
			a.sees("#budget", "")
			a.presses(`form[action$="/reset"] button`)
			a.said("is available again")
		}},
		{"search the settings", func(a *administrator) {
			a.opens("/admin/settings", "settings")
			a.fills("#search", "issuer")
			a.presses("main .filter button")
			a.sees("tbody code", "issuer")
		}},
		{"look at the outbox", func(a *administrator) {
			a.opens("/admin/outbox", "outbox")
			a.sees("tbody tr", "guest-"+a.way)
		}},
	}
}
