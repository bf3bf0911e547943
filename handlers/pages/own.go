package pages

import (
	"net/http"
	"strings"
	"time"
)

// Own is what the pages of a person's own account have in common.
type Own struct {
	// Token is the form's. Username is whose account it is.
	Token, Username string
	// Current is the path of the page, which its navigation marks.
	Current string
	// Zone is the time zone that times are shown in; nil: UTC.
	Zone *time.Location
	// Said is what was just done, or empty.
	Said OwnDone
	// SaidFactor is the factor that it was done with; nil: none.
	SaidFactor *NamedFactor
	// DeleteAt is when the account is to be deleted; nil: it is to stay.
	DeleteAt *time.Time
	// Deletion: people may have their account deleted.
	Deletion bool
	// Console: the person may enter the console of administrators.
	Console bool
}

// Local is a time as the page shows it.
func (o Own) Local(at time.Time) time.Time {
	if o.Zone == nil {
		return at.UTC()
	}
	return at.In(o.Zone)
}

// OwnDone is what was done on a page of the own account.
type OwnDone string

// What can be done.
const (
	OwnProfileSaved    OwnDone = "profile_saved"
	OwnPictureSaved    OwnDone = "picture_saved"
	OwnPictureRemoved  OwnDone = "picture_removed"
	OwnPasswordChanged OwnDone = "password_changed"
	OwnContactRemoved  OwnDone = "contact_removed"
	OwnSessionEnded    OwnDone = "session_ended"
	OwnSessionOver     OwnDone = "session_over"
	OwnSessionsEnded   OwnDone = "sessions_ended"
	OwnBrowsersForgot  OwnDone = "browsers_forgotten"
	OwnAppEnded        OwnDone = "app_ended"
	OwnKept            OwnDone = "kept"
	OwnFactorAdded     OwnDone = "factor_added"
	OwnFactorRemoved   OwnDone = "factor_removed"
	OwnPasskeyRenamed  OwnDone = "passkey_renamed"
	// OwnOtherUser: nothing was done, since the form had been shown to another user.
	OwnOtherUser OwnDone = "other_user"
)

// OwnDones are all of them.
func OwnDones() []OwnDone {
	return []OwnDone{OwnProfileSaved, OwnPictureSaved, OwnPictureRemoved, OwnPasswordChanged, OwnContactRemoved, OwnSessionEnded, OwnSessionOver, OwnSessionsEnded, OwnBrowsersForgot, OwnAppEnded, OwnKept, OwnFactorAdded, OwnFactorRemoved, OwnPasskeyRenamed, OwnOtherUser}
}

// OwnSaid is what was done, as it gets from the form to the page that says so.
type OwnSaid struct {
	Done OwnDone `json:"done"`
	// App is the application whose access was ended, and Receipt the id of its record.
	App     string `json:"app,omitempty"`
	Receipt string `json:"receipt,omitempty"`
	// Factor is the one that was added or removed.
	Factor *NamedFactor `json:"factor,omitempty"`
}

// ownLink is a page in the navigation. Its text is own.nav and the name.
type ownLink struct{ Path, Name string }

// Nav are the pages of the account.
func (o Own) Nav() []ownLink {
	links := []ownLink{
		{"/account", "overview"},
		{"/account/profile", "profile"},
		{"/account/security", "security"},
		{"/account/sessions", "sessions"},
		{"/account/apps", "apps"},
		{"/account/activity", "activity"},
		{"/account/data", "data"},
	}
	if o.Deletion {
		links = append(links, ownLink{"/account/delete", "delete"})
	}
	if o.Console {
		links = append(links, ownLink{"/admin", "console"})
	}
	return links
}

// Mark is how the navigation marks a link (WAI-ARIA, aria-current): page for the one that is shown, true for one that it
// belongs to, and empty.
func (o Own) Mark(path string) string {
	switch {
	case path == o.Current:
		return "page"
	case path != "/account" && strings.HasPrefix(o.Current, path+"/"):
		return "true"
	default:
		return ""
	}
}

// OwnOverview is the first page of the own account.
type OwnOverview struct {
	Own

	Name, Picture, Email, Phone string
	// Sessions and Apps are how many there are.
	Sessions, Apps int
	Logout         string
}

// OwnOverview writes the first page.
func (l Localized) OwnOverview(w http.ResponseWriter, page OwnOverview) error {
	return l.write(w, http.StatusOK, "own_overview", page, page.Current)
}

// OwnFields are the names of the fields of the profile, in their order: those of the claims (OpenID Connect Core
// section 5.1), and after them those of the address (section 5.1.1).
func OwnFields() []string {
	return []string{
		"name", "given_name", "middle_name", "family_name", "nickname", "gender", "birthdate", "locale", "zoneinfo", "profile", "website",
		"formatted", "street_address", "locality", "region", "postal_code", "country",
	}
}

// OwnNotes are the fields that pages explain.
func OwnNotes() []string { return []string{"birthdate", "locale", "zoneinfo"} }

// OwnField is a field of the profile.
type OwnField struct {
	Name, Value, Autocomplete string
	Problem                   AccountProblem
	// Lines: it may have several. Focus: the page begins here.
	Lines, Note, Focus bool
}

// OwnProfile is the page on which people change what applications learn about them.
type OwnProfile struct {
	Own

	Fields, Address []OwnField
	// Picture is the path of the picture; empty: there is none here.
	Picture        string
	PictureProblem AccountProblem
}

// OwnProfile writes the page of the profile.
func (l Localized) OwnProfile(w http.ResponseWriter, status int, page OwnProfile) error {
	return l.ownForm(w, status, "own_profile", page, page.Current)
}

// OwnSignIn is a sign-in of the last time.
type OwnSignIn struct {
	At              time.Time
	Device, Network string
	How             []OwnWay
}

// OwnWay is a way in which people sign in.
type OwnWay string

// The ways.
const (
	ByPassword OwnWay = "password"
	ByPasskey  OwnWay = "passkey"
	ByCode     OwnWay = "code"
)

// OwnWays are all of them.
func OwnWays() []OwnWay { return []OwnWay{ByPassword, ByPasskey, ByCode} }

// OwnSecurity is the page about how the account is protected.
type OwnSecurity struct {
	Own

	Password                     bool
	Email, Phone                 string
	EmailVerified, PhoneVerified bool
	// Mail and SMS tell which contacts can be given.
	Mail, SMS bool
	// Factors: a second factor is set up.
	Factors bool
	SignIns []OwnSignIn
}

// OwnSecurity writes the page about security.
func (l Localized) OwnSecurity(w http.ResponseWriter, page OwnSecurity) error {
	return l.write(w, http.StatusOK, "own_security", page, page.Current)
}

// OwnPassword is the page on which people choose another password.
type OwnPassword struct {
	Own

	Problem AccountProblem
}

// OwnPassword writes the page.
func (l Localized) OwnPassword(w http.ResponseWriter, status int, page OwnPassword) error {
	return l.writeForm(w, status, "own_password", page, scriptPolicy, &chooser{Again: page.Current})
}

// OwnContact is the page on which people change or remove an email address or a phone number.
type OwnContact struct {
	Own

	// Phone: it is about the phone number, else about the email address.
	Phone bool
	// Present is the contact that the account has; empty: none. Typed is the new one.
	Present, Typed string
	// Removal is a problem of removing the present one, Problem one of the new one.
	Problem, Removal AccountProblem
	Wait             Lasts
}

// OwnContact writes the page.
func (l Localized) OwnContact(w http.ResponseWriter, status int, page OwnContact) error {
	return l.ownForm(w, status, "own_contact", page, page.Current)
}

// OwnSession is a browser that is signed in.
type OwnSession struct {
	ID, Device, Network string
	Since, Seen         time.Time
	// Here: it is this browser.
	Here bool
}

// OwnSessions is the page about the browsers that are signed in.
type OwnSessions struct {
	Own

	Sessions []OwnSession
	// More: there are others that are not listed.
	More bool
	// Remembered: browsers may be remembered, which do not ask the person for the second factor.
	Remembered bool
}

// OwnSessions writes the page.
func (l Localized) OwnSessions(w http.ResponseWriter, page OwnSessions) error {
	if len(page.Sessions) == 1 && !page.More && !page.Remembered {
		return l.write(w, http.StatusOK, "own_sessions", page, page.Current)
	}
	return l.ownForm(w, http.StatusOK, "own_sessions", page, page.Current)
}

// OwnApp is an application with access to the account.
type OwnApp struct {
	ClientID, Name, Logo, Network string
	// Unverified: the application registered itself, and nobody has checked who it is. Hosts are then what is known of it.
	Unverified bool
	Hosts      []string
	// Open begins a sign-in to the application; empty: it has no address for that, or is unverified.
	Open               string
	Scopes             []Scope
	Since, Used        time.Time
	SignIns, Refreshes int
}

// OwnApps is the page about the applications with access.
type OwnApps struct {
	Own

	Apps []OwnApp
	// Ended is the application whose access was just ended, and Receipt the path of the proof.
	Ended, Receipt string
}

// OwnApps writes the page.
func (l Localized) OwnApps(w http.ResponseWriter, page OwnApps) error {
	if len(page.Apps) == 0 {
		return l.write(w, http.StatusOK, "own_apps", page, page.Current)
	}
	return l.ownForm(w, http.StatusOK, "own_apps", page, page.Current)
}

// OwnAct is an act of the person, or on the account.
type OwnAct struct {
	At time.Time
	// Action is one of OwnActions.
	Action string
	// Admin: somebody else did it, who administers the server; else the person.
	Admin                   bool
	Client, Device, Network string
	// Factor is the second factor that it was about; nil: none. How is how the person signed in.
	Factor *OwnActFactor
	How    []OwnWay
	// Count is how many attempts failed in the minute before; 0: it is no such act.
	Count int
	// Receipt is the path of the proof of what ended; empty: there is none.
	Receipt string
}

// OwnActFactor is a second factor in a list of acts: an authenticator app, codes by mail, or a passkey with the name that the person gave
// it. Key: it is a security key without one.
type OwnActFactor struct {
	App, Key, Mail bool
	Name           string
}

// OwnActions are the actions of the audit log that pages have words for; of others they say other.
func OwnActions() []string {
	return []string{
		"user.create", "user.register", "user.recover", "user.change_password", "user.change_contact", "user.undo_contact", "user.undo_factor", "user.request_deletion", "user.keep", "user.update",
		"user.set_password", "user.import", "user.sign_in", "user.sign_in_refused", "consent.give", "consent.create", "consent.withdraw", "session.end", "token.revoke", "token.reuse",
		"factor.add", "factor.remove", "factor.reset", "factor.rename", "factor.clone", "session.step_up", "session.forget_browsers", "recovery_codes.renew", "recovery_codes.use", "client.allow_user", "client.disallow_user", "other",
	}
}

// OwnActivity is the page about what happened to the account.
type OwnActivity struct {
	Own

	Acts []OwnAct
	// Older is the path of the next page; empty: this is the last.
	Older string
}

// OwnActivity writes the page.
func (l Localized) OwnActivity(w http.ResponseWriter, page OwnActivity) error {
	return l.write(w, http.StatusOK, "own_activity", page, page.Current)
}

// OwnData is the page on which people get what is stored about them.
type OwnData struct{ Own }

// OwnData writes the page.
func (l Localized) OwnData(w http.ResponseWriter, page OwnData) error {
	return l.ownForm(w, http.StatusOK, "own_data", page, page.Current)
}

// OwnDelete is the page on which people have their account deleted, or keep it.
type OwnDelete struct {
	Own

	// Grace is how long the account can still be kept.
	Grace Lasts
	// Flow is the authorization request that goes on when the account is kept.
	Flow, Logout string
	// LastAdministrator: the account is not deleted, as nobody would administer the server then.
	LastAdministrator bool
}

// OwnDelete writes the page.
func (l Localized) OwnDelete(w http.ResponseWriter, page OwnDelete) error {
	status := http.StatusOK
	if page.LastAdministrator {
		status = http.StatusConflict
	}
	return l.ownForm(w, status, "own_delete", page, page.Current)
}

// ownForm writes a page with forms.
func (l Localized) ownForm(w http.ResponseWriter, status int, name string, page any, again string) error {
	return l.writeForm(w, status, name, page, formPolicy, &chooser{Again: again})
}
