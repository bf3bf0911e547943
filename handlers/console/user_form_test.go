package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func TestUserIsCreated(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	form := filled(b.get("/admin/users/new").Body.String())
	for name, value := range map[string]string{"username": "Ada", "email": "Ada@Example.com", "email_verified": "1", "phone": "+44 20 7183 8750", "roles": "editor, finance editor", "password": "through-the-glass", "name": "Ada L.", "locality": "London"} {
		form.Set(name, value)
	}
	assert.Contains(t, b.done(b.post("/admin/users/new", form)), "ada is created")
	u, err := f.users.Find(t.Context(), "ada")
	require.NoError(t, err)
	assert.Equal(t, []any{"ada@example.com", true, "+442071838750", false, []string{"editor", "finance"}, "Ada L.", "London"},
		[]any{u.Email, u.EmailVerified, u.Phone, u.PhoneVerified, u.Roles, u.Profile.Name, u.Profile.Address.Locality})
	assert.NotEmpty(t, u.PasswordHash)

	without := url.Values{"username": {"bob"}}
	b.done(b.post("/admin/users/new", without))
	u, err = f.users.Find(t.Context(), "bob")
	require.NoError(t, err)
	assert.Empty(t, u.PasswordHash)
}

// What was typed is kept, but for a password, and each fault stands at its field.
func TestWrongUserIsShownAgain(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	w := b.post("/admin/users/new", url.Values{"username": {"root"}, "email": {`"><script>alert(1)</script>`}, "roles": {"Not_A_Role"}, "password": {"through-the-glass"}, "birthdate": {"yesterday"}, "name": {"Ada"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	for _, name := range []string{"username", "email", "roles", "birthdate"} {
		assert.Contains(t, page, `id="`+name+`-problem"`)
	}
	assert.Len(t, regexp.MustCompile("autofocus").FindAllString(page, -1), 1)
	assert.Contains(t, page, `value="Ada"`)
	assert.NotContains(t, page, "through-the-glass")
	assert.NotContains(t, page, "<script>alert")
}

func TestUserIsEdited(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice", "editor")
	alice.Profile.Picture = "https://id.example/p.png"
	require.NoError(t, f.store.UpdateUser(t.Context(), alice))
	path := "/admin/users/" + alice.ID.String() + "/edit"
	form := filled(b.get(path).Body.String())
	assert.Equal(t, "1", form.Get("email_verified"))
	form.Set("given_name", "Alice")
	form.Set("roles", "editor finance")
	form.Set("street_address", "1 Street\r\nFlat 2")
	assert.Contains(t, b.done(b.post(path, form)), "alice is saved")
	u := f.stored(alice)
	assert.Equal(t, []any{true, []string{"editor", "finance"}, "Alice", "1 Street\nFlat 2", "https://id.example/p.png"}, []any{u.EmailVerified, u.Roles, u.Profile.GivenName, u.Profile.Address.Street, u.Profile.Picture})
}

// The mark of the address before says nothing about another one.
func TestAnotherContactIsUnverified(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	path := "/admin/users/" + alice.ID.String() + "/edit"
	form := filled(b.get(path).Body.String())
	form.Set("email", "mallory@example.com")
	b.done(b.post(path, form))
	assert.Equal(t, []any{"mallory@example.com", false}, []any{f.stored(alice).Email, f.stored(alice).EmailVerified})
	form = filled(b.get(path).Body.String())
	form.Set("email_verified", "1")
	b.done(b.post(path, form))
	assert.True(t, f.stored(alice).EmailVerified)
}

// Two administrators do not undo each other's changes, and nothing that was typed is lost.
func TestStaleEditIsMerged(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice", "staff", account.RoleAdmin)
	path := "/admin/users/" + alice.ID.String() + "/edit"
	form, other := filled(b.get(path).Body.String()), filled(b.get(path).Body.String())
	f.later(time.Second)
	other.Set("roles", "staff")
	other.Set("nickname", "Ali")
	other.Set("given_name", "Alicia")
	other.Del("email_verified")
	b.done(b.post(path, other))
	form.Set("given_name", "Alice")
	form.Set("locale", "fr")
	w := b.post(path, form)
	assert.Equal(t, http.StatusConflict, w.Code)
	page := w.Body.String()
	assert.Contains(t, page, `id="stale"`)
	assert.Contains(t, page, "The other changes are in the form already")
	assert.Contains(t, page, "Stored now: Alicia")
	assert.NotContains(t, page, `id="nickname-now"`)
	assert.NotContains(t, page, `id="roles-now"`)
	assert.Equal(t, "Alicia", f.stored(alice).Profile.GivenName)
	b.done(b.post(path, filled(page)))
	u := f.stored(alice)
	assert.Equal(t, []any{"Alice", "Ali", "fr", []string{"staff"}, false}, []any{u.Profile.GivenName, u.Profile.Nickname, u.Profile.Locale, u.Roles, u.EmailVerified})
}

// A role that one administrator takes away does not come back with one that another gives at the same time.
func TestStaleEditGivesNoRoleBack(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice", "staff", account.RoleAdmin)
	path := "/admin/users/" + alice.ID.String() + "/edit"
	form, other := filled(b.get(path).Body.String()), filled(b.get(path).Body.String())
	f.later(time.Second)
	other.Set("roles", "staff buyer")
	b.done(b.post(path, other))
	form.Set("roles", "staff admin editor")
	w := b.post(path, form)
	require.Equal(t, http.StatusConflict, w.Code)
	assert.Contains(t, w.Body.String(), "Stored now: staff buyer")
	b.done(b.post(path, filled(w.Body.String())))
	assert.ElementsMatch(t, []string{"staff", "editor", "buyer"}, f.stored(alice).Roles)
}

func TestAdministratorsKeepTheirOwnRole(t *testing.T) {
	f := newFixture(t, nil)
	u := f.user("root", account.RoleAdmin)
	b, path := f.signIn(u), "/admin/users/"+u.ID.String()+"/edit"
	form := filled(b.get(path).Body.String())
	form.Set("roles", "")
	w := b.post(path, form)
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `id="roles-problem"`)
	assert.Equal(t, []string{account.RoleAdmin}, f.stored(u).Roles)
}

func TestAuditorsSeeNoFormsOfUsers(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("auditor", account.RoleAuditor)), f.user("alice")
	path := "/admin/users/" + alice.ID.String()
	for _, page := range []string{"/admin/users/new", path + "/edit", path + "/password"} {
		w := b.get(page)
		assert.Equal(t, http.StatusTeapot, w.Code, page)
		assert.Contains(t, w.Body.String(), "console_role", page)
		assert.Equal(t, http.StatusTeapot, b.post(page, url.Values{"username": {"new"}, "password": {"through-the-glass"}}).Code, page)
	}
	assert.Equal(t, http.StatusTeapot, b.post(path+"/recovery", url.Values{}).Code)
	assert.NotContains(t, b.get("/admin/users").Body.String(), "/admin/users/new")
	assert.Equal(t, "$argon2id$x", f.stored(alice).PasswordHash)
}

// What is wrong is said in the language of the viewer.
func TestFaultsOfUsersAreTranslated(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	form := url.Values{"page": {b.token()}, "username": {"x"}, "email": {strings.Repeat("a", 65) + "@example.com"}, "birthdate": {"soon"}, "roles": {"UPPER"}, "password": {"short"}}
	r := b.request(http.MethodPost, "/admin/users/new", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", issuer)
	r.Header.Set("Accept-Language", "fr")
	page := b.send(r).Body.String()
	for _, text := range []string{"Un nom d’utilisateur a au moins 2 lettres", "au plus 64 octets avant le @", "Ce doit être une date", "Un rôle a de 1 à 50 lettres minuscules", "Un mot de passe a de 8 à 128 caractères"} {
		assert.Contains(t, page, text)
	}
}
