package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

func operator() audit.Actor { return audit.Actor{Kind: audit.OperatingSystemUser, ID: "test"} }

// scope is one of the catalogue; ok: there is one.
func (f *fixture) scope(name string) (s consent.Scope, ok bool) {
	f.t.Helper()
	all, err := f.catalogue.List(f.t.Context())
	require.NoError(f.t, err)
	for _, one := range all {
		if one.Name == name {
			return one, true
		}
	}
	return s, false
}

func TestScopeIsCreatedAndChanged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	const name = "a/b?c&d" // what a URL has a meaning for
	page := b.done(b.post("/admin/scopes/new", url.Values{
		"name": {name}, "description": {"Read things"}, "language": {"de", "es", "it"}, "text": {"Dinge lesen", "", "Leggere"}, "claim": {"email", "roles"},
	}))
	assert.Contains(t, page, "is created")
	s, ok := f.scope(name)
	require.True(t, ok)
	assert.Equal(t, []any{"Read things", map[string]string{"de": "Dinge lesen", "it": "Leggere"}, []string{"email", "roles"}}, []any{s.Description, s.Descriptions, s.Claims})
	assert.Contains(t, page, `value="Leggere"`)

	form := url.Values{"name": {name}, "version": filled(page)["version"], "description": {"Read all things"}, "language": {"de", "it"}, "text": {"", "Leggere tutto"}}
	assert.Contains(t, b.done(b.post("/admin/scopes/scope", form)), "is saved")
	s, _ = f.scope(name)
	assert.Equal(t, map[string]string{"it": "Leggere tutto"}, s.Descriptions)
	assert.Empty(t, s.Claims)

	form.Set("description", "Something else")
	w := b.post("/admin/scopes/scope", form)
	assert.Equal(t, http.StatusConflict, w.Code, "the form is of the version before")
	assert.Contains(t, w.Body.String(), "Stored now: Read all things")
	assert.Contains(t, w.Body.String(), `value="Something else"`)
	s, _ = f.scope(name)
	assert.Equal(t, "Read all things", s.Description)
}

// What one administrator changed stays when another saves a form from before it.
func TestStaleScopeIsMerged(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	_, err := f.catalogue.Create(t.Context(), operator(), consent.Scope{Name: "read", Description: "Read", Descriptions: map[string]string{"de": "Lesen", "it": "Leggere"}, Claims: []string{"email"}})
	require.NoError(t, err)
	const path = "/admin/scopes/scope"
	form, other := filled(b.get(path+"?name=read").Body.String()), filled(b.get(path+"?name=read").Body.String())
	other.Set("description", "Read all")
	other["language"], other["text"] = []string{"de"}, []string{"Alles lesen"}
	other["claim"] = []string{"email", "roles"}
	b.done(b.post(path, other))
	form["language"], form["text"] = []string{"de", "fr", "it"}, []string{"Nur lesen", "Lire", "Leggere"}
	form["claim"] = []string{"phone_number"}
	w := b.post(path, form)
	require.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), "Stored now: Alles lesen")
	assert.NotContains(t, w.Body.String(), "Stored now: Read all")
	b.done(b.post(path, filled(w.Body.String())))
	s, _ := f.scope("read")
	assert.Equal(t, []any{"Read all", map[string]string{"de": "Nur lesen", "fr": "Lire"}}, []any{s.Description, s.Descriptions})
	assert.ElementsMatch(t, []string{"phone_number", "roles"}, s.Claims)
}

func TestWrongScopeIsShownAgain(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	for problem, form := range map[string]url.Values{
		"name-problem":        {"name": {"with space"}, "text": {"kept"}, "language": {"de"}},
		"description-problem": {"name": {"good"}, "description": {"a\x01b"}, "text": {"kept"}, "language": {"de"}},
		"languages-problem":   {"name": {"good"}, "text": {"kept", "Hallo"}, "language": {"de", "de"}},
	} {
		w := b.post("/admin/scopes/new", form)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code, problem)
		assert.Contains(t, w.Body.String(), `id="`+problem+`"`)
		assert.Contains(t, w.Body.String(), `value="kept"`, problem)
	}
	require.NoError(t, f.store.CreateScope(t.Context(), consent.Scope{Name: "taken", Description: `"><script>`}))
	assert.Contains(t, b.post("/admin/scopes/new", url.Values{"name": {"taken"}}).Body.String(), "with that name already")
	for _, page := range []string{"/admin/scopes", "/admin/scopes/scope?name=taken"} {
		assert.NotContains(t, b.get(page).Body.String(), `"><script>`, page)
	}
	assert.Equal(t, http.StatusTeapot, b.get("/admin/scopes/scope?name=none").Code)
}

func TestScopeIsDeletedAfterItsNameWasTyped(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	_, err := f.catalogue.Create(t.Context(), operator(), consent.Scope{Name: "old"})
	require.NoError(t, err)
	require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{ID: "app", Name: "The app", Scopes: []string{"older", "old"}}))
	require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{ID: "other", Name: "Another app", Scopes: []string{"older"}}))
	page := b.get("/admin/scopes/scope?name=old").Body.String()
	assert.Contains(t, page, "The app")
	assert.NotContains(t, page, "Another app")
	asked := b.post("/admin/scopes/deletion", url.Values{"name": {"old"}})
	assert.Equal(t, http.StatusOK, asked.Code)
	form := filled(asked.Body.String())
	form.Set("confirm", "olt")
	assert.Equal(t, http.StatusUnprocessableEntity, b.post("/admin/scopes/deletion", form).Code)
	form.Set("confirm", "old")
	assert.Contains(t, b.done(b.post("/admin/scopes/deletion", form)), "is deleted")
	_, ok := f.scope("old")
	assert.False(t, ok)

	require.NoError(t, f.store.CreateScope(t.Context(), consent.Scope{Name: "email"}))
	assert.Contains(t, b.done(b.post("/admin/scopes/deletion", url.Values{"name": {"email"}, "confirm": {"email"}})), "standard scope")
}

func TestAuditorsChangeNoScopes(t *testing.T) {
	f := newFixture(t, nil)
	require.NoError(t, f.store.CreateScope(t.Context(), consent.Scope{Name: "old"}))
	b := f.signIn(f.user("auditor", account.RoleAuditor))
	assert.Contains(t, b.get("/admin/scopes").Body.String(), "old")
	page := b.get("/admin/scopes/scope?name=old").Body.String()
	assert.NotContains(t, page, "scope-submit")
	assert.NotContains(t, page, "deletion")
	assert.Equal(t, http.StatusTeapot, b.get("/admin/scopes/new").Code)
	for _, path := range []string{"/new", "/scope", "/deletion"} {
		assert.Equal(t, http.StatusTeapot, b.post("/admin/scopes"+path, url.Values{"name": {"old"}, "confirm": {"old"}}).Code, path)
	}
	_, ok := f.scope("old")
	assert.True(t, ok)
}
