package browser

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
)

// enrolmentLifetime is how long a person may take to set up a factor: to install an app, or to look for a key, takes
// longer than a sign-in is fresh.
const enrolmentLifetime = passkey.CreationLifetime

// enrolment is when the page for a new factor was shown to a person who could set one up. What the page carries is for
// that person, as the account was then: after any change of it the page is worthless.
type enrolment struct {
	UserID     provider.ID `json:"u"`
	Generation int64       `json:"g"`
	At         time.Time   `json:"t"`
}

func enrolmentOf(u *account.User, at time.Time) enrolment {
	return enrolment{u.ID, u.Generation, at.UTC()}
}

// lasts tells whether a user may still set up a factor with what the page carries.
func (e enrolment) lasts(u *account.User, now time.Time) bool {
	age := now.Sub(e.At)
	return e.UserID == u.ID && e.Generation == u.Generation && age >= 0 && age <= enrolmentLifetime
}

// creation is the request to a passkey as the page carries it.
type creation struct {
	Enrolment enrolment        `json:"e"`
	Ceremony  passkey.Ceremony `json:"c"`
}

// enrolment is that of the page from which a form was sent; zero: of none that was shown in this browser.
func (b *Browser) enrolment(r *http.Request, form url.Values) enrolment {
	if pages.FactorUse(form.Get("use")) == pages.UsePasskey {
		c, _ := b.openCreation(r, form)
		return c.Enrolment
	}
	return b.openProposal(r, form.Get("proposal")).Enrolment
}

func (b *Browser) openCreation(r *http.Request, form url.Values) (c creation, err error) {
	return c, b.openState(r, form, &c)
}
