package browser

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// codes checks codes.
type codes interface {
	CheckTOTP(ctx context.Context, a factor.Attempt) error
	CheckMail(ctx context.Context, a factor.Attempt) error
	CheckRecoveryCode(ctx context.Context, a factor.Attempt) error
}

// apps sets up authenticator apps.
type apps interface {
	Propose(u *account.User) (factor.Proposal, error)
	ProposalOf(u *account.User, secret string) factor.Proposal
	SetUpTOTP(ctx context.Context, u *account.User, secret, code string, acting provider.ID) ([]string, error)
}

// ServeFactorPage asks for a second factor.
func (b *Browser) ServeFactorPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	return b.factorPage(w, r, wayOf(query), pages.FactorUse(query.Get("use")))
}

func (b *Browser) factorPage(w http.ResponseWriter, r *http.Request, to way, use pages.FactorUse) error {
	f, err := b.at(r, to)
	if err != nil {
		return err
	}
	c, err := b.candidate(r)
	if err != nil {
		return err
	}
	if c == nil || len(c.user.Factors) == 0 {
		return b.startOver(w, r, to)
	}
	return b.showFactor(w, r, f, to, c, pages.Factor{Use: use}, http.StatusOK)
}

// showFactor shows the page, of which some is filled in.
func (b *Browser) showFactor(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, c *candidate, page pages.Factor, status int) error {
	page.Flow, page.Next, page.Username = to.flow, to.next, c.user.Username
	page.Token = b.Web.FormToken(w, r)
	if f.Request != nil {
		page.Application = application(f.Request.Client)
		if c.session != nil {
			page.Asked = asked(demanded(f))
		}
	}
	// What cannot reach what the application demands is not offered, where something else can.
	wanted, changing := demanded(f), c.session != nil && f.Request == nil
	if changing { // what protects the account; see factor.MayChange
		wanted = factor.Class(c.user)
	}
	withCode := acr.Satisfies(acr.TwoFactors, wanted) || !acr.Satisfies(factor.Class(c.user), wanted)
	page.App = withCode && slices.Contains(c.user.Factors, factor.TOTP)
	page.Recovery, page.Changing = withCode || changing, changing
	page.Remember = c.session == nil && b.Factors.Remember() > 0
	page.RememberFor = pages.Lasts{For: b.Factors.Remember()}
	if hasPasskey(c.user) {
		options, ceremony, err := b.Passkeys.Proof(r.Context(), c.user)
		if err != nil {
			return err
		}
		if page.Passkey, err = b.ceremony(w, r, options, ceremony); err != nil {
			return err
		}
	}
	page.Mail = withCode && slices.Contains(c.user.Factors, factor.Mail)
	page.Use = used(page)
	if page.Use == pages.UseMail {
		code, err := b.mailCode(r, c.user)
		if err != nil {
			return err
		}
		page.MailCode, page.MailCode.Focus = code, true
	}
	if page.Passkey != nil {
		page.Passkey.Only = !page.App && !page.Mail && !page.Recovery
	}
	return b.inFlow(r, f).Factor(w, status, page)
}

// used is the factor that a page asks for: the one that was chosen, or the strongest of those that there are.
func used(page pages.Factor) pages.FactorUse {
	switch {
	case page.Use == pages.UseRecoveryCode, page.Use == pages.UsePasskey && page.Passkey != nil, page.Use == pages.UseMail && page.Mail:
		return page.Use
	case page.App:
		return pages.UseApp
	case page.Passkey == nil && page.Mail:
		return pages.UseMail
	default:
		return pages.UsePasskey
	}
}

// ServeFactor receives a second factor.
func (b *Browser) ServeFactor(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	to := wayOf(form)
	f, err := b.at(r, to)
	if err != nil {
		return err
	}
	if form.Get("action") == "cancel" {
		b.Web.DropProof(w, r)
		if f.Request == nil { // the page that is next has asked for the factor
			return b.goOn(w, r, way{next: afterCancel(to.next)}, nil)
		}
		return b.declined(r, f)
	}
	c, err := b.candidate(r)
	if err != nil {
		return err
	}
	if c == nil {
		return b.startOver(w, r, to)
	}
	page := pages.Factor{Use: pages.FactorUse(form.Get("use")), Remembered: form.Get("remember") != ""}
	methods, err := b.given(r, c, form, page.Use)
	var throttled *account.Throttled
	switch {
	case errors.Is(err, errNotGiven):
		canonical.From(r.Context()).Outcome("wrong_factor")
		page.Problem = wrong(page.Use, err)
		return b.showFactor(w, r, f, to, c, page, http.StatusUnprocessableEntity)
	case errors.As(err, &throttled):
		canonical.From(r.Context()).Outcome("throttled")
		w.Header().Set("Retry-After", retryAfter(throttled))
		page.Problem, page.Wait = pages.TooManyCodes, pages.WaitFor(throttled.RetryAfter)
		return b.showFactor(w, r, f, to, c, page, http.StatusTooManyRequests)
	case errors.Is(err, provider.ErrStale): // the user was changed since the page was shown, in another tab
		return b.startOver(w, r, to)
	case err != nil:
		return err
	}
	if c.session == nil && form.Get("remember") != "" {
		b.Web.RememberFactor(w, r, c.user)
	}
	return b.proved(w, r, c, to, methods)
}

// wrong is what a person is told of a factor that was wrong.
func wrong(use pages.FactorUse, err error) pages.FactorProblem {
	var refused *passkey.Refused
	if errors.As(err, &refused) && refused.Reason == passkey.Altered {
		return pages.PasskeyAltered
	}
	switch use {
	case pages.UsePasskey:
		return pages.PasskeyFailed
	case pages.UseRecoveryCode:
		return pages.WrongRecovery
	case pages.UseMail:
		return pages.WrongMailCode
	default:
		return pages.WrongCode
	}
}

// errNotGiven: the factor was wrong. What of it is not told.
var errNotGiven = errors.New("the second factor is wrong")

// given verifies what a person gives, and returns the authentication methods of it.
func (b *Browser) given(r *http.Request, c *candidate, form url.Values, use pages.FactorUse) ([]string, error) {
	attempt := factor.Attempt{User: c.user, Code: form.Get("code"), Prefix: canonical.From(r.Context()).AddressPrefix(), Devices: b.Web.Devices(r), Browser: b.browser(r)}
	var err error
	switch use {
	case pages.UsePasskey:
		return b.passkeyGiven(r, c.user, form)
	case pages.UseRecoveryCode:
		err = b.Codes.CheckRecoveryCode(r.Context(), attempt)
	case pages.UseMail:
		err = b.Codes.CheckMail(r.Context(), attempt)
	default:
		err = b.Codes.CheckTOTP(r.Context(), attempt)
	}
	if errors.Is(err, factor.ErrCode) {
		return nil, errors.Join(errNotGiven, err)
	}
	if use == pages.UseRecoveryCode {
		return []string{acr.MethodCode, session.Recovered}, err
	}
	return []string{acr.MethodCode}, err
}

// afterCancel is where a person goes on who does not give the factor that a page of the own account has asked for.
func afterCancel(next string) string {
	if next == "" {
		return ""
	}
	return accountPath
}

// retryAfter is the value of the header of that name (RFC 9110 section 10.2.3), in seconds.
func retryAfter(t *account.Throttled) string {
	return strconv.Itoa(int((t.RetryAfter + time.Second - 1) / time.Second))
}

// ceremony is a request to a passkey for a page: what it says, and the state of it, sealed for the browser.
func (b *Browser) ceremony(w http.ResponseWriter, r *http.Request, options json.RawMessage, state any) (*pages.Ceremony, error) {
	plain, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	return &pages.Ceremony{Options: string(options), State: b.Web.Seal(w, r, websession.Ceremony, plain)}, nil
}

// inFlow is the pages in the languages of the request in progress, or those of the person.
func (b *Browser) inFlow(r *http.Request, f oauth.Flow) pages.Localized {
	if f.Request == nil {
		return b.Pages.For(r)
	}
	return b.localized(r, f)
}
