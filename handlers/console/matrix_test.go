package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// formPages are pages that are nothing but a form, which who may only read cannot send.
func formPages() []string {
	return []string{
		"console new client kinds page", "console new client page", "console new user page", "console user edit page", "console user password page", "console new scope page", "console new webhook page", "console webhook edit page", "console new registration token page",
		"console try callback page", "console try response page",
	}
}

// responsePages are pages about an answer that nobody has asked for here.
func responsePages() []string {
	return []string{"console try callback page", "console try response page"}
}

// Every route of the console is refused to users without a role of it, and auditors change nothing.
func TestRolesAndPages(t *testing.T) {
	f := newFixture(t, nil)
	nobody, auditor, admin := f.signIn(f.user("nobody")), f.signIn(f.user("auditor", account.RoleAuditor)), f.signIn(f.user("root", account.RoleAdmin))
	parameter := regexp.MustCompile(`\{[^}]*\}`)
	for _, line := range f.lines {
		path := parameter.ReplaceAllString(line.Path, "no%20such")
		if strings.HasSuffix(path, "/") { // which leads to the page
			assert.Equal(t, strings.TrimSuffix(path, "/"), location(t, nobody.get(path)))
			continue
		}
		if slices.Contains(line.Methods, http.MethodPost) {
			assert.Equal(t, string(refusal.CheckManagementUser), nobody.post(path, url.Values{}).Header().Get("Check"), line.Name)
			w := auditor.post(path, url.Values{"confirm": {"x"}})
			if line.Name == "console find" || line.Name == "console explain" { // which change nothing
				assert.Contains(t, []int{http.StatusOK, http.StatusUnprocessableEntity}, w.Code, w.Body)
				continue
			}
			assert.Equal(t, string(refusal.CheckConsoleRole), w.Header().Get("Check"), line.Name)
			continue
		}
		assert.Equal(t, string(refusal.CheckManagementUser), nobody.get(path).Header().Get("Check"), line.Name)
		read := auditor.get(path)
		want := http.StatusOK
		if path != line.Path || line.Name == "console scope page" { // a page about something, which is not there
			want = http.StatusTeapot
			assert.Equal(t, string(refusal.CheckNotFound), admin.get(path).Header().Get("Check"), line.Name)
		} else if slices.Contains(responsePages(), line.Name) {
			assert.Equal(t, http.StatusBadRequest, admin.get(path).Code, line.Name)
		} else {
			assert.Equal(t, http.StatusOK, admin.get(path).Code, line.Name)
		}
		switch {
		case slices.Contains(formPages(), line.Name):
			assert.Equal(t, string(refusal.CheckConsoleRole), read.Header().Get("Check"), line.Name)
		case want == http.StatusOK:
			assert.Equal(t, http.StatusOK, read.Code, line.Name)
		default:
			assert.Equal(t, string(refusal.CheckNotFound), read.Header().Get("Check"), line.Name)
		}
	}
}
