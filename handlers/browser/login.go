package browser

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// showLogin shows the sign-in page of a flow, with a name filled in if there is one.
func (b *Browser) showLogin(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, username string) error {
	sealed, err := b.seal(w, r, p)
	if err != nil {
		return err
	}
	page := pages.Login{
		Application: application(f.Request.Client), Flow: sealed, Username: username, Remember: b.KeepSignedIn,
	}
	b.addWays(&page, f.Request)
	return b.localized(r, f).Login(w, http.StatusOK, page)
}

// ServeLoginPage serves the sign-in page on its own, outside a flow, or for people in a flow who come
// from the page for a new account.
func (b *Browser) ServeLoginPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	if sealed := query.Get("flow"); sealed != "" {
		p, f, err := b.reopen(r, sealed)
		if err != nil {
			return err
		}
		return b.showLogin(w, r, p, f, cmp.Or(hint(query.Get("login_hint")), f.Request.LoginHint))
	}
	username, err := b.signedInAs(r)
	if err != nil {
		return err
	}
	page := pages.Login{Token: b.Web.FormToken(w, r), Username: hint(query.Get("login_hint")), Locales: query.Get("ui_locales"), SignedInAs: username, Remember: b.KeepSignedIn}
	b.addWays(&page, nil)
	return b.Pages.For(r, pages.UILocales(page.Locales)...).Login(w, http.StatusOK, page)
}

// addWays adds where people without an account or without their password go on, in the languages that the
// request asked for; nil: there is none.
func (b *Browser) addWays(page *pages.Login, request *oauth.AuthorizeRequest) {
	query := url.Values{"flow": {page.Flow}, "ui_locales": {cmp.Or(locales(request), page.Locales)}, "login_hint": {hint(page.Username)}}
	page.Phones = b.Phones
	if b.Recovery {
		page.Recover = wire.Path("/recover", query)
	}
	if b.Registration {
		page.Register = wire.Path("/register", query)
	}
}

// hint is whom the application expects, or what was typed. What is too long for a name of any kind is none.
func hint(name string) string {
	const longest = 254
	if len(name) > longest {
		return ""
	}
	return name
}

// locales are the first languages that a request asked for, or empty.
func locales(request *oauth.AuthorizeRequest) string {
	if request == nil {
		return ""
	}
	tags := make([]string, min(len(request.UILocales), 3))
	for i := range tags {
		tags[i] = request.UILocales[i].String()
	}
	return strings.Join(tags, " ")
}

// ServeLogin receives a user name and a password.
func (b *Browser) ServeLogin(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	page := pages.Login{Flow: form.Get("flow"), Locales: form.Get("ui_locales"), Token: form.Get(websession.TokenField), Username: form.Get("username"), Remember: form.Get("remember") != ""}
	var p progress
	var f oauth.Flow
	in := b.Pages.For(r, pages.UILocales(page.Locales)...)
	if page.Flow != "" {
		if p, f, err = b.reopen(r, page.Flow); err != nil {
			return err
		}
		in = b.localized(r, f)
		canonical.From(r.Context()).Client(f.Request.Client.ID)
		if page.Application = application(f.Request.Client); form.Get("action") == "cancel" {
			return b.cancelled(f)
		}
	} else if page.SignedInAs, err = b.signedInAs(r); err != nil {
		return err
	}
	b.addWays(&page, f.Request)
	s, err := b.verify(w, r, form, page, in, f.Request)
	if s == nil {
		return err
	}
	switch {
	case page.Flow == "":
		seeOther(w, "/")
		return nil
	case len(page.Flow) <= maxRedirectedFlow:
		seeOther(w, b.AuthorizePath+"?flow="+url.QueryEscape(page.Flow))
		return nil
	default:
		return b.advanceAs(w, r, p, f, s)
	}
}

// maxRedirectedFlow bounds a flow that is sent back to authorize in the URL of a redirect. With the
// redirect, a reload of the next page does not post the password again. A longer flow, of a request
// with a long state, continues without a redirect: proxies buffer 4 KiB of response headers by
// default, and respond with 502 when there are more.
const maxRedirectedFlow = 1536

// verify checks the password and signs the user in. If it returns no session, it has responded.
func (b *Browser) verify(w http.ResponseWriter, r *http.Request, form url.Values, page pages.Login, in pages.Localized, request *oauth.AuthorizeRequest) (*session.Session, error) {
	line := canonical.From(r.Context())
	user, err := b.SignIn.Verify(r.Context(), account.Attempt{
		Login: page.Username, Password: form.Get("password"), Prefix: line.AddressPrefix(), Devices: b.Web.Devices(r), Begun: b.Web.Begun(r),
	})
	var throttled *account.Throttled
	var unconfirmed *account.Unconfirmed
	switch {
	case errors.As(err, &unconfirmed):
		line.Outcome("unconfirmed")
		b.toConfirm(w, r, unconfirmed.ID, page.Flow, request)
		return nil, nil //nolint:nilnil // it has responded
	case errors.Is(err, account.ErrSignIn):
		line.Outcome("wrong_password")
		page.Problem = pages.WrongPassword
		return nil, in.Login(w, http.StatusUnprocessableEntity, page)
	case errors.As(err, &throttled):
		line.Outcome("throttled")
		w.Header().Set("Retry-After", strconv.Itoa(int((throttled.RetryAfter+time.Second-1)/time.Second)))
		page.Problem, page.Wait = pages.TooManyTries, pages.WaitFor(throttled.RetryAfter)
		return nil, in.Login(w, http.StatusTooManyRequests, page)
	case err != nil:
		return nil, err
	}
	// The browser in which the user registered is no news, also if the address was confirmed elsewhere.
	known := b.Web.Knows(r, user.ID) || b.Web.Begun(r) == user.ID
	s, err := b.Web.Begin(w, r, user, []string{session.Password}, page.Remember)
	if errors.Is(err, provider.ErrStale) { // the password was changed while it was being verified
		line.Outcome("wrong_password")
		page.Problem = pages.WrongPassword
		return nil, in.Login(w, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return nil, err
	}
	line.Outcome("signed_in")
	if !known {
		b.Notices.NewSignIn(r.Context(), user, websession.BrowserName(r))
	}
	return s, nil
}

// toConfirm leads a person whose password is right to the code that was sent at the registration.
func (b *Browser) toConfirm(w http.ResponseWriter, r *http.Request, registration provider.ID, flow string, request *oauth.AuthorizeRequest) {
	again := b.Web.SetPending(w, r, registration, flow)
	seeOther(w, wire.Path("/verify", url.Values{"id": {registration.String()}, "flow": {again}, "ui_locales": {locales(request)}}))
}
