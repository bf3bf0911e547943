package browser

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/origin"
)

// mails sends codes by mail, where the operator offers them, and sets that up.
type mails interface {
	MailTo(u *account.User) string
	SendMail(ctx context.Context, m factor.MailRequest) error
	MailSent(ctx context.Context, u *account.User, browser []byte) (bool, error)
	SetUpMail(ctx context.Context, u *account.User, browser []byte, code string) ([]string, error)
}

// mailPath follows the path of a page: a request there sends a code. It is never a GET: scanners of links, and people
// who load a page again, must not send any.
const mailPath = "/mail"

// browser tells the browser from others; nil: it was shown no page.
func (b *Browser) browser(r *http.Request) []byte {
	id, known := b.Web.Browser(r)
	if !known {
		return nil
	}
	return id[:]
}

// mailCode is what a page says of a code by mail.
func (b *Browser) mailCode(r *http.Request, u *account.User) (pages.MailCode, error) {
	sent, err := b.Mails.MailSent(r.Context(), u, b.browser(r))
	return pages.MailCode{To: pages.Masked(b.Mails.MailTo(u)), Sent: sent}, err
}

// maySetUpMail tells whether a user can set up codes by mail, who has nothing stronger, and the request in progress is
// content with them.
func (b *Browser) maySetUpMail(f oauth.Flow, u *account.User) bool {
	return b.Mails.MailTo(u) != "" && acr.Satisfies(acr.TwoFactors, demanded(f)) && len(u.Factors) == 0
}

// ServeFactorMail sends a code to a person at the page that asks for a second factor.
func (b *Browser) ServeFactorMail(w http.ResponseWriter, r *http.Request) error {
	to, f, err := b.mailForm(r)
	if err != nil {
		return err
	}
	c, err := b.candidate(r)
	if err != nil {
		return err
	}
	if c == nil || !slices.Contains(c.user.Factors, factor.Mail) {
		return b.startOver(w, r, to)
	}
	return b.sendMail(w, r, f, to, c, mailedPage{
		path: factorPath,
		show: func(problem pages.FactorProblem, wait pages.Lasts, status int) error {
			return b.showFactor(w, r, f, to, c, pages.Factor{Use: pages.UseMail, Problem: problem, Wait: wait}, status)
		},
	})
}

// ServeSetUpMail sends a code to a person who is to show that codes by mail arrive.
func (b *Browser) ServeSetUpMail(w http.ResponseWriter, r *http.Request) error {
	to, f, err := b.mailForm(r)
	if err != nil {
		return err
	}
	c, err := b.settingUp(w, r, to, enrolment{})
	if c == nil {
		return err
	}
	if !b.maySetUpMail(f, c.user) {
		return b.startOver(w, r, to)
	}
	return b.sendMail(w, r, f, to, c, mailedPage{
		path: setUpPath,
		show: func(problem pages.FactorProblem, wait pages.Lasts, status int) error {
			return b.showSetUp(w, r, f, to, c, pages.SetUp{Problem: problem, Wait: wait}, status)
		},
	})
}

func (b *Browser) mailForm(r *http.Request) (way, oauth.Flow, error) {
	form, err := b.readOwnForm(r)
	if err != nil {
		return way{}, oauth.Flow{}, err
	}
	to := wayOf(form)
	f, err := b.at(r, to)
	return to, f, err
}

// mailedPage is the page that asks for a code which is sent.
type mailedPage struct {
	path string
	show func(problem pages.FactorProblem, wait pages.Lasts, status int) error
}

// sendMail sends a code and leads back to the page, so that loading it again sends no other.
func (b *Browser) sendMail(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, c *candidate, page mailedPage) error {
	device, network := origin.Of(r.Context())
	err := b.Mails.SendMail(r.Context(), factor.MailRequest{
		User: c.user, Browser: b.browser(r), Devices: b.Web.Devices(r), Device: device, Network: network,
		Locale: b.inFlow(r, f).Language(),
	})
	var many *notify.TooMany
	switch {
	case errors.As(err, &many):
		canonical.From(r.Context()).Outcome("too_many_messages")
		w.Header().Set("Retry-After", retryAfter(&account.Throttled{RetryAfter: many.RetryAfter}))
		return page.show(pages.TooManyMails, pages.WaitFor(many.RetryAfter), http.StatusTooManyRequests)
	case errors.Is(err, factor.ErrNoFactor): // the address was changed, or the browser keeps no cookies
		return b.startOver(w, r, to)
	case err != nil:
		return err
	}
	canonical.From(r.Context()).Outcome("code_sent")
	if _, short := to.path(page.path); !short {
		return page.show("", pages.Lasts{}, http.StatusOK)
	}
	wire.SeeOther(w, page.path, url.Values{"flow": {to.flow}, "next": {to.next}, "use": {string(pages.UseMail)}})
	return nil
}

// addedMail sets up codes by mail.
func (b *Browser) addedMail(r *http.Request, u *account.User, form url.Values) (addedFactor, error) {
	codes, err := b.Mails.SetUpMail(r.Context(), u, b.browser(r), form.Get("code"))
	if errors.Is(err, factor.ErrCode) {
		return addedFactor{}, &setUpProblem{pages.WrongMailCode, err}
	}
	return addedFactor{[]string{acr.MethodCode}, codes, pages.NamedFactor{Use: pages.UseMail}}, err
}
