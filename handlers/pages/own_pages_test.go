package pages_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// ownPages are those of a person's own account.
func ownPages(in pages.Localized, show func(name string, write func(http.ResponseWriter) error)) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	of := func(path string) pages.Own {
		return pages.Own{Token: evil, Username: evil, Current: path, Deletion: true}
	}
	deleting := of("/account")
	deleting.DeleteAt, deleting.Zone = &at, time.FixedZone("TEST", -3600)
	show("own_overview", func(w http.ResponseWriter) error {
		return in.OwnOverview(w, pages.OwnOverview{Own: deleting, Name: evil, Picture: "/pictures/x.jpg", Email: evil, Phone: evil, Sessions: 1, Apps: 3, Logout: "/oauth/logout"})
	})
	show("own_overview_empty", func(w http.ResponseWriter) error {
		return in.OwnOverview(w, pages.OwnOverview{Own: pages.Own{Token: evil, Username: evil, Said: pages.OwnKept, Current: "/account"}, Logout: "/oauth/logout"})
	})
	field := func(name string) pages.OwnField {
		return pages.OwnField{Name: name, Value: evil, Autocomplete: "name"}
	}
	wrong := field("birthdate")
	wrong.Note, wrong.Problem, wrong.Focus = true, pages.BirthdateInvalid, true
	lines := field("street_address")
	lines.Lines, lines.Problem = true, pages.TextLong
	show("own_profile", func(w http.ResponseWriter) error {
		return in.OwnProfile(w, http.StatusOK, pages.OwnProfile{Own: of("/account/profile"), Fields: []pages.OwnField{field("name"), field("website")}, Picture: "/pictures/x.jpg"})
	})
	show("own_profile_problems", func(w http.ResponseWriter) error {
		return in.OwnProfile(w, http.StatusUnprocessableEntity, pages.OwnProfile{Own: of("/account/profile"), Fields: []pages.OwnField{wrong}, Address: []pages.OwnField{lines}})
	})
	show("own_profile_picture", func(w http.ResponseWriter) error {
		return in.OwnProfile(w, http.StatusUnprocessableEntity, pages.OwnProfile{Own: of("/account/profile"), Fields: []pages.OwnField{field("name")}, PictureProblem: pages.PictureInvalid})
	})
	added := pages.OwnFactor{ID: evil, Name: evil, Added: at, Used: &at}
	for name, page := range map[string]pages.OwnFactors{
		"own_factors":      {Own: of("/account/security/factors"), App: &pages.OwnFactor{Added: at}, Mail: &pages.OwnFactor{Added: at}, Passkeys: []pages.OwnFactor{added, {ID: evil, Added: at}, {ID: evil, Key: true, Added: at}}, Any: true, Codes: 1},
		"own_factors_last": {Accepted: evil, Own: of("/account/security/factors"), Passkeys: []pages.OwnFactor{added}, Any: true, Problem: pages.FactorNeeded},
		"own_factors_none": {Own: of("/account/security/factors")},
		"own_factors_name": {Own: of("/account/security/factors"), Passkeys: []pages.OwnFactor{added}, Any: true, Problem: pages.PasskeyName},
	} {
		show(name, func(w http.ResponseWriter) error { return in.OwnFactors(w, http.StatusOK, page) })
	}
	for name, page := range map[string]pages.OwnConfirm{
		"own_confirm":         {Own: of("/account/security/factors"), Action: "remove", ID: evil, Name: evil, Last: true},
		"own_confirm_unnamed": {Own: of("/account/security/factors"), Action: "remove", ID: evil},
		"own_confirm_app":     {Own: of("/account/security/factors"), Action: "remove_app", App: true},
		"own_confirm_mail":    {Own: of("/account/security/factors"), Action: "remove_mail", Mail: true, Last: true},
		"own_confirm_codes":   {Own: of("/account/security/factors"), Action: "codes", Codes: true},
	} {
		show(name, func(w http.ResponseWriter) error { return in.OwnConfirm(w, page) })
	}
	show("own_security_factors", func(w http.ResponseWriter) error {
		return in.OwnSecurity(w, pages.OwnSecurity{Own: of("/account/security"), Factors: true})
	})
	show("own_security", func(w http.ResponseWriter) error {
		return in.OwnSecurity(w, pages.OwnSecurity{
			Own: of("/account/security"), Password: true, Email: evil, Phone: evil, PhoneVerified: true, Mail: true, SMS: true,
			SignIns: []pages.OwnSignIn{{At: at, Device: evil, Network: evil}, {At: at}},
		})
	})
	show("own_password", func(w http.ResponseWriter) error {
		return in.OwnPassword(w, http.StatusOK, pages.OwnPassword{Own: of("/account/security/password"), Problem: pages.PasswordCommon})
	})
	show("own_email", func(w http.ResponseWriter) error {
		return in.OwnContact(w, http.StatusOK, pages.OwnContact{Own: of("/account/security/email"), Present: evil, Typed: evil, Problem: pages.TooManyMessages})
	})
	show("own_phone", func(w http.ResponseWriter) error {
		return in.OwnContact(w, http.StatusOK, pages.OwnContact{Own: of("/account/security/phone"), Phone: true, Present: evil, Removal: pages.ContactLast})
	})
	show("own_sessions", func(w http.ResponseWriter) error {
		return in.OwnSessions(w, pages.OwnSessions{Own: of("/account/sessions"), More: true, Remembered: true, Sessions: []pages.OwnSession{
			{ID: "a", Device: evil, Network: evil, Since: at, Seen: at, Here: true}, {ID: "b", Since: at, Seen: at}, {ID: "c", Device: evil, Since: at, Seen: at},
		}})
	})
	show("own_sessions_one", func(w http.ResponseWriter) error {
		return in.OwnSessions(w, pages.OwnSessions{Own: of("/account/sessions"), Sessions: []pages.OwnSession{{ID: "a", Device: evil, Since: at, Seen: at, Here: true}}})
	})
	show("own_apps", func(w http.ResponseWriter) error {
		return in.OwnApps(w, pages.OwnApps{Own: of("/account/apps"), Ended: evil, Receipt: "/account/receipts/x", Apps: []pages.OwnApp{
			{
				ClientID: evil, Name: evil, Logo: "/logo/x/y", Network: evil, Since: at, Used: at, SignIns: 1, Refreshes: 2,
				Scopes: []pages.Scope{{Name: evil}, {Name: "email", Description: "x", Standard: true}, {Name: "x", Description: evil}},
			},
			{ClientID: "b", Name: evil, Since: at, Used: at, Unverified: true, Hosts: []string{evil, "b.example"}},
		}})
	})
	show("own_apps_none", func(w http.ResponseWriter) error {
		return in.OwnApps(w, pages.OwnApps{Own: of("/account/apps")})
	})
	show("own_activity", func(w http.ResponseWriter) error {
		page := pages.OwnActivity{Own: of("/account/activity"), Older: "/account/activity?before=x"}
		for _, action := range pages.OwnActions() {
			page.Acts = append(page.Acts, pages.OwnAct{At: at, Action: action})
		}
		for _, of := range []pages.OwnActFactor{{App: true}, {Key: true}, {Name: evil}, {}} {
			page.Acts = append(page.Acts, pages.OwnAct{At: at, Action: "factor.add", Factor: &of, How: pages.OwnWays()})
		}
		page.Acts = append(page.Acts, pages.OwnAct{At: at, Action: "consent.withdraw", Client: evil, Device: evil, Network: evil, Receipt: "/account/receipts/x"}, pages.OwnAct{At: at, Action: "user.update", Admin: true})
		return in.OwnActivity(w, page)
	})
	show("own_activity_none", func(w http.ResponseWriter) error {
		return in.OwnActivity(w, pages.OwnActivity{Own: of("/account/activity")})
	})
	show("own_data", func(w http.ResponseWriter) error { return in.OwnData(w, pages.OwnData{Own: of("/account/data")}) })
	show("own_delete", func(w http.ResponseWriter) error {
		return in.OwnDelete(w, pages.OwnDelete{Own: of("/account/delete"), Grace: pages.Lasts{For: 14 * 24 * time.Hour}, Logout: "/oauth/logout"})
	})
	show("own_keep", func(w http.ResponseWriter) error {
		return in.OwnDelete(w, pages.OwnDelete{Own: deleting, Flow: evil, Logout: "/oauth/logout"})
	})
	show("login_for_the_account", func(w http.ResponseWriter) error {
		return in.Login(w, http.StatusOK, pages.Login{Flow: evil, Token: evil, Next: "/account/delete", Username: evil, SignedInAs: evil})
	})
}

// A page under another one is marked as belonging to it, and the overview is not marked on every page.
func TestNavigationMarksThePage(t *testing.T) {
	t.Parallel()
	for current, want := range map[string]map[string]string{
		"/account":                  {"/account": "page"},
		"/account/security":         {"/account/security": "page"},
		"/account/security/factors": {"/account/security": "true"},
		"/account/delete":           {"/account/delete": "page"},
	} {
		got := map[string]string{}
		own := pages.Own{Current: current, Deletion: true}
		for _, link := range own.Nav() {
			if mark := own.Mark(link.Path); mark != "" {
				got[link.Path] = mark
			}
		}
		assert.Equal(t, want, got, current)
	}
	set, err := pages.New(pages.Settings{})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	require.NoError(t, set.For(reader("en")).OwnDelete(w, pages.OwnDelete{Own: pages.Own{Current: "/account/delete", Deletion: true}}))
	assert.Contains(t, w.Body.String(), `<a href="/account/delete" aria-current="page">`)
}
