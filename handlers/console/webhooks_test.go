package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// hook is a webhook that an administrator made.
func (f *fixture) hook(address string, types ...string) webhook.Endpoint {
	f.t.Helper()
	e, _, err := f.webhooks.Create(f.t.Context(), audit.BackgroundJob("test"), webhook.Endpoint{URL: address, Types: types})
	require.NoError(f.t, err)
	return e
}

// stored is a webhook as the database has it.
func (f *fixture) storedHook(id provider.ID) webhook.Endpoint {
	f.t.Helper()
	e, err := f.webhooks.Get(f.t.Context(), id)
	require.NoError(f.t, err)
	return e
}

func TestWebhookIsCreatedAndItsSecretShownOnce(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	assert.Contains(t, b.get("/admin/webhooks").Body.String(), "No webhook is registered")
	assert.Contains(t, b.get("/admin/webhooks/new").Body.String(), `value="user.created"`)
	w := b.post("/admin/webhooks/new", url.Values{"url": {"https://receiver.example/in?key=sesame"}, "type": {"user.deleted", "user.created", "user.created"}, "description": {hostile}})
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(html.UnescapeString(w.Body.String()))
	require.NotEmpty(t, secret)
	list, err := f.webhooks.List(t.Context(), provider.ID{}, 5)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, []string{"user.created", "user.deleted"}, list[0].Types)
	page := b.get("/admin/webhooks/" + list[0].ID.String()).Body.String()
	assert.Contains(t, page, "<code>user.created</code>")
	assert.NotContains(t, page, secret)
	assert.NotContains(t, page, "<script>alert")
	index := b.get("/admin/webhooks").Body.String()
	assert.Contains(t, index, "receiver.example")
	assert.NotContains(t, index, "sesame", "a URL may have a secret")
}

func TestWrongWebhookIsShownAgain(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	w := b.post("/admin/webhooks/new", url.Values{"url": {"http://receiver.example/"}, "description": {"mine"}, "type": {"user.created"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	for _, want := range []string{"must be an https URL", `value="http://receiver.example/"`, `value="mine"`, `value="user.created" checked`, `aria-invalid="true" autofocus`} {
		assert.Contains(t, page, want)
	}
	w = b.post("/admin/webhooks/new", url.Values{"url": {"https://receiver.example/"}, "type": {"user.eaten"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="types-problem"`)
}

var version = regexp.MustCompile(`name="version" value="([^"]*)"`)

func TestWebhookIsChanged(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("root", account.RoleAdmin)), f.hook("https://old.example/", "user.created")
	path := "/admin/webhooks/" + e.ID.String()
	read := version.FindStringSubmatch(b.get(path + "/edit").Body.String())
	require.Len(t, read, 2)
	form := url.Values{"version": {read[1]}, "url": {"https://new.example/"}}
	f.later(time.Second)
	assert.Contains(t, b.done(b.post(path+"/edit", form)), "new.example is changed")
	assert.Empty(t, f.storedHook(e.ID).Types)

	// The same form once more was made from what is not there any more.
	form.Set("url", "https://mine.example/")
	form.Set("type", "user.deleted")
	w := b.post(path+"/edit", form)
	assert.Equal(t, http.StatusConflict, w.Code)
	page := w.Body.String()
	for _, want := range []string{`value="https://mine.example/"`, "Stored now: https://new.example/", "Stored now: all events", `value="user.deleted" checked`} {
		assert.Contains(t, page, want)
	}
	assert.Equal(t, "https://new.example/", f.storedHook(e.ID).URL)
	form.Set("version", version.FindStringSubmatch(page)[1])
	b.done(b.post(path+"/edit", form))
	assert.Equal(t, "https://mine.example/", f.storedHook(e.ID).URL)
}

// What one administrator changed stays when another saves a form from before it.
func TestStaleWebhookIsMerged(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("root", account.RoleAdmin)), f.hook("https://one.example/", "user.created")
	path := "/admin/webhooks/" + e.ID.String() + "/edit"
	form, other := filled(b.get(path).Body.String()), filled(b.get(path).Body.String())
	f.later(time.Second)
	other.Set("url", "https://two.example/")
	other.Set("type", "user.deleted")
	b.done(b.post(path, other))
	form.Set("description", "Mine")
	w := b.post(path, form)
	require.Equal(t, http.StatusConflict, w.Code)
	assert.NotContains(t, w.Body.String(), "Stored now")
	b.done(b.post(path, filled(w.Body.String())))
	stored := f.storedHook(e.ID)
	assert.Equal(t, []any{"https://two.example/", "Mine", []string{"user.deleted"}}, []any{stored.URL, stored.Description, stored.Types})
}

func TestWebhookIsDisabledAndTested(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("root", account.RoleAdmin)), f.hook("https://receiver.example/")
	path := "/admin/webhooks/" + e.ID.String()
	assert.Contains(t, b.get(path).Body.String(), "Nothing was sent yet")
	page := b.done(b.post(path+"/test", url.Values{}))
	assert.Contains(t, page, "A test goes to receiver.example")
	assert.Contains(t, page, "<code>ping</code>")
	assert.Contains(t, b.done(b.post(path+"/state", url.Values{"state": {"disabled"}})), "Nothing is sent")
	assert.True(t, f.storedHook(e.ID).Disabled)
	assert.Contains(t, b.done(b.post(path+"/test", url.Values{})), "nothing was sent")
	b.done(b.post(path+"/state", url.Values{"state": {"active"}}))
	assert.False(t, f.storedHook(e.ID).Disabled)
}

func TestWebhookGetsANewSecret(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("root", account.RoleAdmin)), f.hook("https://receiver.example/")
	path := "/admin/webhooks/" + e.ID.String()
	secrets := func() int {
		list, err := f.store.WebhookSecrets(t.Context(), e.ID, *f.now.Load())
		require.NoError(t, err)
		return len(list)
	}
	f.later(time.Second)
	assert.Contains(t, b.get(path).Body.String(), `<option value="168">for 7 days</option>`)
	w := b.post(path+"/secret", url.Values{"overlap": {"24"}})
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "whsec_")
	assert.Contains(t, w.Body.String(), "24 hours")
	assert.Equal(t, 2, secrets())
	for range 3 {
		f.later(time.Second)
		b.post(path+"/secret", url.Values{"overlap": {"24"}})
	}
	w = b.post(path+"/secret", url.Values{"overlap": {"1"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), "5 secrets are signing already")
	f.later(time.Second)
	asked := b.post(path+"/secret", url.Values{"overlap": {"0"}}).Body.String()
	assert.Contains(t, asked, "End the old secret at once?")
	assert.NotContains(t, asked, "whsec_")
	assert.Contains(t, b.post(path+"/secret", url.Values{"overlap": {"0"}, "confirm": {"yes"}}).Body.String(), "whsec_")
	assert.Equal(t, 1, secrets())
	assert.Contains(t, b.done(b.post(path+"/secret", url.Values{"overlap": {"9999"}})), "Nothing was chosen")
	assert.Equal(t, 1, secrets())
}

// fail stores a delivery that failed.
func (f *fixture) fail(e webhook.Endpoint) webhook.Delivery {
	f.t.Helper()
	f.later(time.Millisecond)
	now := *f.now.Load()
	d := webhook.Delivery{ID: f.id(), EventID: f.id(), EndpointID: e.ID, Type: "user.created", Body: []byte(`{"type":"` + hostile + `"}`), State: webhook.Failed, CreatedAt: now, NextAt: now}
	require.NoError(f.t, f.store.AddDelivery(f.t.Context(), d))
	return d
}

func TestEventsAreSentAgain(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("root", account.RoleAdmin)), f.hook("https://receiver.example/")
	path := "/admin/webhooks/" + e.ID.String()
	for range 30 {
		f.fail(e)
	}
	last := f.fail(e)
	first := b.get(path).Body.String()
	assert.Contains(t, first, `rel="next"`)
	assert.NotContains(t, first, "<script>alert")
	waiting := func() (n int) {
		list, err := f.webhooks.Deliveries(t.Context(), e.ID, provider.ID{}, 100)
		require.NoError(t, err)
		for _, d := range list {
			if d.State == webhook.Pending {
				n++
			}
		}
		return n
	}
	assert.Contains(t, b.done(b.post(path+"/redelivery", url.Values{"delivery": {last.ID.String()}})), "The event is sent again")
	assert.Equal(t, 1, waiting())
	for _, id := range []string{f.id().String(), "x"} {
		assert.Contains(t, b.done(b.post(path+"/redelivery", url.Values{"delivery": {id}})), "not kept any more")
	}
	for _, since := range []string{"", "x"} {
		w := b.post(path+"/redelivery", url.Values{"since": {since}})
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, since)
		assert.Contains(t, w.Body.String(), "This is no time")
	}
	assert.Equal(t, 1, waiting())
	assert.Contains(t, b.done(b.post(path+"/redelivery", url.Values{"since": {"2026-05-01T00:00"}})), "sent again: 30")
	assert.Equal(t, 31, waiting())
}

func TestWebhookIsDeletedAfterItsHostWasTyped(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("root", account.RoleAdmin)), f.hook("https://receiver.example/")
	path := "/admin/webhooks/" + e.ID.String()
	assert.Contains(t, b.post(path+"/deletion", url.Values{}).Body.String(), "Type receiver.example to confirm")
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(path+"/deletion", url.Values{"confirm": {"yes"}}).Code)
	f.storedHook(e.ID)
	assert.Contains(t, b.done(b.post(path+"/deletion", url.Values{"confirm": {"receiver.example"}})), "receiver.example is deleted")
	for _, page := range []string{"", "/edit"} {
		assert.Equal(t, http.StatusTeapot, b.get(path+page).Code)
	}
	assert.Equal(t, http.StatusTeapot, b.get("/admin/webhooks/x").Code)
}

// Auditors see what is sent, and neither the URL nor a form.
func TestAuditorsSeeWebhooks(t *testing.T) {
	f := newFixture(t, nil)
	b, e := f.signIn(f.user("auditor", account.RoleAuditor)), f.hook("https://receiver.example/in?key=sesame")
	path := "/admin/webhooks/" + e.ID.String()
	f.fail(e)
	page := b.get(path)
	assert.Equal(t, http.StatusOK, page.Code)
	assert.NotContains(t, page.Body.String(), "sesame")
	assert.NotContains(t, page.Body.String(), path+"/")
	for form, values := range map[string]url.Values{"edit": {"url": {"https://evil.example/"}}, "state": {"state": {"disabled"}}, "secret": {"overlap": {"24"}}, "test": {}, "redelivery": {"since": {"2026-01-01"}}, "deletion": {"confirm": {"receiver.example"}}} {
		w := b.post(path+"/"+form, values)
		assert.Equal(t, http.StatusTeapot, w.Code, form)
		assert.Contains(t, w.Body.String(), "console_role", form)
	}
	assert.Equal(t, http.StatusTeapot, b.get("/admin/webhooks/new").Code)
	assert.Equal(t, http.StatusTeapot, b.get(path+"/edit").Code)
	assert.Equal(t, http.StatusTeapot, b.post("/admin/webhooks/new", url.Values{"url": {"https://evil.example/"}}).Code)
}

func TestWebhooksArePaged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for i := range 60 {
		f.hook(fmt.Sprintf("https://r%02d.example/", i))
	}
	assert.Regexp(t, `rel="next" href="/admin/webhooks\?after=`, b.get("/admin/webhooks").Body.String())
}
