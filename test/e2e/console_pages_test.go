package e2e_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/test/harness"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// mostBytes is how much a page, and all that it loads beside itself, may transfer.
const mostBytes = 60_000

// checkPage tells what is wrong with a page: what axe-core finds by some of its rules, shifts of its layout while it was
// loaded, a width or a size that is too much, and what a foreign text has left in it.
const checkPage = `(async (rules, exclude, stolen, mostBytes) => {
	const wrong = [], shifts = (entries) => entries.forEach((e) => wrong.push('the layout shifts by ' + e.value + ': ' + e.sources.map((s) => s.node?.outerHTML?.slice(0, 120))));
	const observer = new PerformanceObserver((list) => shifts(list.getEntries()));
	observer.observe({ type: 'layout-shift', buffered: true });
	await new Promise(requestAnimationFrame);
	await new Promise(requestAnimationFrame);
	shifts(observer.takeRecords());
	const wide = (e) => e.getBoundingClientRect().right > innerWidth + 1;
	if (document.documentElement.scrollWidth > innerWidth) {
		wrong.push('wider than the window: ' + [...document.querySelectorAll('main *')].filter(wide).slice(0, 5).map((e) => e.outerHTML.slice(0, 120)));
	}
	if (document.querySelector(stolen + ', [' + stolen + ']') || stolen in window) wrong.push('a foreign text was more than text');
	for (const e of document.querySelectorAll('[hidden]')) if (e.checkVisibility({ visibilityProperty: true })) wrong.push('shows what is hidden: ' + e.outerHTML);
	const sum = (kind) => performance.getEntriesByType(kind).reduce((n, e) => n + e.encodedBodySize, 0);
	if (sum('navigation') > mostBytes || sum('resource') > mostBytes) wrong.push('transfers ' + sum('navigation') + ' and ' + sum('resource') + ' bytes');
	const { violations } = await axe.run(exclude.length ? { exclude } : document, { runOnly: rules, resultTypes: ['violations'], preload: false });
	for (const v of violations) for (const n of v.nodes.slice(0, 3)) wrong.push(v.id + ': ' + n.target.join(' ') + ': ' + n.failureSummary + ' ' + n.html.slice(0, 200));
	return wrong;
})`

// everyRule are those of axe-core that pages have to keep, and shapeRules those of them whose result depends on colors
// or on the width of the window.
const (
	everyRule  = `{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }`
	shapeRules = `{ type: 'rule', values: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable'] }`
)

// check looks at the page of the window by rules of axe-core; first: also at the bar and the navigation, which are the
// same on all pages.
func (w *window) check(rules string, first bool, name string) {
	w.t.Helper()
	exclude := "['.bar', '.side', 'footer']"
	if first {
		exclude = "[]"
	}
	call := fmt.Sprintf("%s(%s, %s, %q, %d)", checkPage, rules, exclude, harness.Stolen, mostBytes)
	assert.Empty(w.t, read(w, chromedp.Evaluate[[]string](call, chromedp.EvalAwaitPromise)), name)
}

// complaints are what the browser says of the pages of a window that it shows: errors, what their policy has kept from
// them, dialogs, and requests to others than the server.
func (w *window) complaints() func() []string {
	w.t.Helper()
	refusal := regexp.MustCompile(`status of (400|422)`) // which a page is itself
	var mutex sync.Mutex
	var list []string
	add := func(text string) {
		mutex.Lock()
		defer mutex.Unlock()
		list = append(list, text)
	}
	require.NoError(w.t, chromedp.Listen(w.ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			if !refusal.MatchString(e.Entry.Text) || !strings.HasPrefix(e.Entry.URL, w.server.url+"/admin/") {
				add(e.Entry.Text + " " + e.Entry.URL)
			}
		case *runtime.EventConsoleAPICalled:
			add("console." + string(e.Type))
		case *runtime.EventExceptionThrown:
			add(e.ExceptionDetails.Text)
		case *page.EventJavascriptDialogOpening:
			add("dialog: " + e.Message)
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, w.server.url+"/") && !strings.HasPrefix(e.Request.URL, "data:") { // the browser's own icons
				add("request to " + e.Request.URL)
			}
		}
	}))
	return func() []string {
		mutex.Lock()
		defer mutex.Unlock()
		defer func() { list = nil }()
		return list
	}
}

// consolePages are the addresses of all pages of the console: those of its routes, with values for what their paths
// leave open, and queries.
func consolePages(t *testing.T, values, queries map[string]string) (list []string) {
	t.Helper()
	for _, line := range new(console.Console).Routes() {
		if !slices.Contains(line.Methods, http.MethodGet) || line.Path == "/admin/audit/export" || line.Path == "/admin/branding/preview.css" || strings.HasSuffix(line.Path, "/") {
			continue // which are no pages, or lead to one
		}
		path := regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(line.Path, func(name string) string {
			require.Contains(t, values, name, line.Path)
			return url.PathEscape(values[name])
		})
		list = append(list, path+queries[line.Path])
	}
	require.GreaterOrEqual(t, len(list), 40)
	return list
}

// hostile fills a development server with what clients, users and browsers may say, and returns the addresses of all
// pages of the console, which show it.
func (s *server) hostile(t *testing.T) []string {
	t.Helper()
	ctx, texts, now := t.Context(), harness.HostileTexts(), time.Now()
	store := s.devStore(t)
	id := func() provider.ID { return provider.NewID(now, rand.Reader) }
	all := strings.Join(texts[:7], " ")
	u := &account.User{ID: id(), Subject: id().String(), Username: all, Roles: []string{"editor"}, CreatedAt: now, UpdatedAt: now, Profile: account.Profile{Name: all, GivenName: all, Website: all, Zoneinfo: all}}
	require.NoError(t, store.CreateUser(ctx, u))
	var c *client.Client
	for _, text := range append(texts, all) {
		c = &client.Client{
			ID: text, Name: text, Type: client.Web, GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{text}, Scopes: []string{"openid", text}, Audience: []string{text},
			URI: text, LogoURI: text, Contacts: []string{text}, PostLogoutRedirectURIs: []string{text}, CreatedAt: now, UpdatedAt: now,
		}
		require.NoError(t, store.CreateClient(ctx, c))
		require.NoError(t, store.CreateScope(ctx, consent.Scope{Name: text, Description: text, Descriptions: map[string]string{"en": text}, CreatedAt: now}))
		agreed := consent.Remembered{}.And(consent.Agreement{Scopes: []string{text}, Claims: []string{text}, Audience: []string{text}})
		require.NoError(t, store.Remember(ctx, u.ID, c.ID, "", agreed, now))
	}
	e := webhook.Endpoint{ID: id(), URL: "https://receiver.example/" + all, Description: all, Types: []string{"user.created"}, CreatedAt: now, UpdatedAt: now}
	require.NoError(t, store.CreateEndpoint(ctx, e, webhook.Secret{ID: id(), CreatedAt: now, Sealed: []byte("x")}))
	require.NoError(t, store.AddDelivery(ctx, webhook.Delivery{ID: id(), EventID: id(), EndpointID: e.ID, Type: "user.created", Body: []byte(all), State: webhook.Failed, CreatedAt: now, NextAt: now}))
	initial := registration.InitialToken{ID: id(), Hash: []byte("x"), Label: all, Scopes: []string{all}, Hosts: []string{all}, Audience: []string{all}, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	require.NoError(t, store.AddInitialToken(ctx, initial))
	r := audit.Record{
		ID: id(), At: now, Action: audit.ClientImport, Outcome: audit.Done, Target: audit.OfClient(c.ID), Changes: audit.Changes{"source": {Before: all, After: all}, all: {After: all}},
		Actor: audit.Actor{Kind: audit.ClientActor, ID: all, ClientID: c.ID, Address: "192.0.2.1", UserAgent: all},
	}
	require.NoError(t, store.AppendRecord(ctx, r))

	// The browser of somebody who signs in says such things as well, and so does a request that is refused.
	alice := s.userAgent(t)
	signIn := alice.request(http.MethodPost, "/login", url.Values{"username": {"alice"}, "password": {"wonderland"}}, "User-Agent", texts[1])
	require.Equal(t, http.StatusSeeOther, signIn.status, signIn.body)
	sessions, err := store.Sessions(ctx, session.Filter{}, 1)
	require.NoError(t, err)
	s.passwordToken("alice", "wonderland")
	tokens, err := store.Tokens(ctx, grant.Filter{}, provider.ID{}, 1)
	require.NoError(t, err)
	refused := s.get("/oauth/authorize?" + url.Values{"client_id": {"demo-web"}, "response_type": {"code"}, "redirect_uri": {texts[1]}, "state": {texts[2]}}.Encode())
	query := func(name, value string) string { return "?" + url.Values{name: {value}}.Encode() }
	return consolePages(t, map[string]string{
		"{client_id}": c.ID, "{user_id}": u.ID.String(), "{session_id}": sessions.Sessions[0].ID.String(), "{token_id}": tokens.Tokens[0].Token.ID.String(), "{webhook_id}": e.ID.String(), "{record_id}": r.ID.String(), "{registration_token_id}": initial.ID.String(),
		"{kind}": "web", "{product}": "grafana", "{role}": "admin", "{policy}": "page-prefix",
	}, map[string]string{
		"/admin/scopes/scope": query("name", all), "/admin/explain": query("error", about(t, refused)), "/admin/try": query("client", "demo-web") + "&user=alice&scopes=openid+profile",
		"/admin/users": query("search", ""), "/admin/limits/{policy}": query("address", "127.0.0.1"), "/admin/branding": query("color", "#0a7d4f"),
	})
}

// pageCheck is a page of those that everybody can use.
type pageCheck struct {
	// path is its address; empty: it comes after the page before it.
	path string
	// leads is the script that leads on from there to the page itself; empty: it is there.
	leads string
}

// firstAdministrator is the address of the page of a development server where somebody becomes the first administrator.
func (s *server) firstAdministrator(t *testing.T) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.dataDir(), "dev.db")+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "UPDATE first_administrator SET ended = FALSE")
	require.NoError(t, err)
	hash := sha256.Sum256([]byte("first administrator\x00walker"))
	require.NoError(t, s.devStore(t).OpenFirstAdministrator(t.Context(), hash[:], time.Now().Add(time.Hour)))
	return "/first-administrator?token=walker"
}

// answersOfTheConsole are pages that answer forms: one to confirm, two with faults, and all of a run of a client's flow.
func answersOfTheConsole(user string) []pageCheck {
	const click = "document.querySelector('%s').click()"
	return []pageCheck{
		{user, fmt.Sprintf(click, "button[name=action][value=delete]")},
		{"/admin/users/new", "document.querySelector('main form').noValidate = true; " + fmt.Sprintf(click, "#user-submit")},
		{"/admin/new-client/web", fmt.Sprintf(click, "main form button[type=submit]")},
		{"/admin/clients/demo-service/try", ""},
		{"/admin/clients/demo-web/try", fmt.Sprintf(click, "#redirect-add")},
		{"", "document.querySelector('#prompt').value = 'consent'; " + fmt.Sprintf(click, "#flow-start")},
		{"", fmt.Sprintf(click, "#flow-go")},
		{"", fmt.Sprintf(click, "#consent-accept")},
		{"", "document.querySelector('#secret').value = 'demo-web-secret-0123456789abcdef'; document.querySelector('#secret').form.requestSubmit()"},
		{"/admin/clients/demo-web/try", fmt.Sprintf(click, "#redirect-remove")},
	}
}

// Everybody can use every page of the console, and the pages that lead there: in both themes and on a phone axe-core finds
// nothing, nothing moves while a page is loaded, and it is small. What others have put into it is text, and the browser
// has nothing to complain of.
func TestConsolePagesForEverybody(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts)
	list := []pageCheck{}
	for _, path := range s.hostile(t) {
		list = append(list, pageCheck{path, ""})
	}
	user := slices.IndexFunc(list, func(p pageCheck) bool { return regexp.MustCompile(`^/admin/users/[0-9a-f-]{36}$`).MatchString(p.path) })
	list = append(append(list, pageCheck{"/account", ""}), answersOfTheConsole(list[user].path)...)
	w := newWindow(t, s)
	complaints := w.complaints()
	w.do(onEveryPage(services.Axe(t, "../../bin/axe")))
	all := func(list []pageCheck) {
		for _, look := range []struct {
			theme, rules string
			width        int64
		}{{"light", everyRule, 1440}, {"dark", shapeRules, 390}} {
			w.do(chromedp.EmulateViewport(look.width, 800), prefer(look.theme))
			for i, p := range list {
				if p.path != "" {
					w.do(chromedp.Navigate(s.url + p.path))
				}
				if p.leads != "" {
					w.leads(p.leads)
				}
				name := fmt.Sprintf("%.60s %s at %d px, %s", p.path, p.leads, look.width, look.theme)
				w.check(look.rules, i == 0, name)
				assert.Empty(t, complaints(), name)
			}
		}
	}
	all([]pageCheck{{"/login?next=/admin", ""}, {s.firstAdministrator(t), ""}})
	w.signsIn("/admin", "#console-overview")
	all(list)
}

// leads runs a script that leads to another page, and waits for that.
func (w *window) leads(script string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	_, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](script))
	require.NoError(w.t, err, script)
}
