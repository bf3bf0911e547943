package console

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// shell is what all pages have in common.
type shell struct {
	// Token is the form's. Username is the viewer.
	Token, Username string
	// Current is the path of the page in the navigation, or of the one that it belongs to.
	Current string
	Groups  []navGroup
	Logout  string
	// Reader: the viewer may change nothing.
	Reader bool
	// Said is what was just done; nil: nothing.
	Said *said
	zone *time.Location
}

// navGroup is a part of the navigation. Its text is nav and the name.
type navGroup struct {
	Name  string
	Links []navLink
}

// navLink is a page in the navigation.
type navLink struct {
	Path, Name string
	scope      string
}

// navigation has the pages that a viewer may see.
func navigation(v *viewer) []navGroup {
	all := []navGroup{
		{"", []navLink{{Path, "overview", ""}}},
		{"applications", []navLink{{clientsPath, "all_clients", "clients"}, {registrationTokensPath, "registration_tokens", "clients"}, {tryPath, "try", "clients"}}},
		{"people", []navLink{
			{usersPath, "users", "users"},
			{invitationsPath, "invitations", "users"},
			{groupsPath, "groups", "users"},
			{sessionsPath, "sessions", "sessions"},
			{consentsPath, "consents", "consents"},
			{tokensPath, "tokens", "tokens"},
		}},
		{"server", []navLink{
			{keysPath, "keys", "keys"},
			{scopesPath, "scopes", "scopes"},
			{auditPath, "audit", "audit"},
			{webhooksPath, "webhooks", "webhooks"},
			{logoutsPath, "logouts", "clients"},
			{outboxPath, "outbox", "users"},
			{limitsPath, "limits", "limits"},
			{settingsPath, "settings", "audit"},
			{brandingPath, "branding", "audit"},
			{importsPath, "imports", "audit"},
			{explainPath, "explain", "errors"},
		}},
	}
	var shown []navGroup
	for _, group := range all {
		var links []navLink
		for _, link := range group.Links {
			if link.scope == "" || v.may(audit.ReadScope(link.scope)) {
				links = append(links, link)
			}
		}
		if len(links) > 0 {
			shown = append(shown, navGroup{group.Name, links})
		}
	}
	return shown
}

// shell is that of a page.
func (c *Console) shell(w http.ResponseWriter, r *http.Request, v *viewer, current string) shell {
	return shell{
		Token: c.Web.UserToken(w, r, v.session.User.ID), Username: v.session.User.Username, Current: current, Groups: navigation(v), Logout: c.LogoutPath,
		Reader: !v.may(audit.WriteScope("users")), Said: c.said(r), zone: v.zone(),
	}
}

// Local is a time in the viewer's zone.
func (s shell) Local(at time.Time) time.Time { return at.In(s.zone) }

// Zone is the name of the viewer's time zone.
func (s shell) Zone() string { return s.zone.String() }

// Few is how many values of one thing a list shows, and Most how many a page about the thing shows at once.
func (shell) Few() int { return 5 }

// Most is how many values a page about something shows before the others are opened.
func (shell) Most() int { return 10 }

// Beyond is how many of so many values a list does not show.
func (s shell) Beyond(all int) int { return max(0, all-s.Few()) }

// Guide is the address of a guide for operators.
func (shell) Guide(file string) string {
	return "https://github.com/gatehouse-id/gatehouse/blob/main/deploy/docs/" + file
}

// ClientPath is the page of a client.
func (shell) ClientPath(id string) string { return clientPath(id) }
