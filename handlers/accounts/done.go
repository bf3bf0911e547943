package accounts

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// done leads to the page that says what was done. It is not the answer to the form: reloaded, that would
// send the form again, whose code is used by then. What was done is sealed for this browser, so that a
// link of another site cannot tell a person that the password was changed.
func (a *Accounts) done(w http.ResponseWriter, r *http.Request, kind pages.AccountChange, flow, locales string) error {
	wire.SeeOther(w, "/done", url.Values{"change": {a.Web.Seal(w, r, websession.Done, []byte(kind))}, "flow": {flow}, localesField: {locales}})
	return nil
}

// ServeDonePage says what was done in this browser.
func (a *Accounts) ServeDonePage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	plain, err := a.Web.Open(r, websession.Done, query.Get("change"))
	what, when, _ := strings.Cut(string(plain), " ") // as it was sealed, such as by the pages of the own account
	kind := pages.AccountChange(what)
	if err != nil || !slices.Contains(pages.AccountChanges(), kind) {
		wire.SeeOther(w, "/", nil)
		return nil //nolint:nilerr // a copied address, or another browser: nothing was done here
	}
	page := pages.Done{Kind: kind, Next: "/", Change: query.Get("change"), Flow: query.Get("flow"), Locales: query.Get(localesField)}
	switch kind {
	case pages.PasswordReset:
		page.Next = signInPath(page.Flow, page.Locales, "")
	case pages.ContactRestored, pages.FactorUndone:
		page.Next = way("/recover", "", page.Locales)
	case pages.DeletionRequested:
		page.DeleteAt, _ = time.Parse(time.RFC3339, when) // zero where it is not said
		page.Next = signInPath("", page.Locales, "")
	case pages.ContactChanged: // nothing is left to do
	}
	return a.in(r, query).Done(w, page)
}
