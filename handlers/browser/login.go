package browser

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// showLogin shows the sign-in page of a flow, with a name filled in if there is one.
func (b *Browser) showLogin(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, username string) error {
	sealed, err := b.seal(w, r, p, f)
	if err != nil {
		return err
	}
	page := pages.Login{
		Application: application(f.Request.Client), Flow: sealed, Username: username, Remember: b.KeepSignedIn,
	}
	return b.writeLogin(w, r, b.localized(r, f), f, http.StatusOK, page)
}

// writeLogin writes the sign-in page, with the other ways on from there; the flow is empty outside one.
func (b *Browser) writeLogin(w http.ResponseWriter, r *http.Request, in pages.Localized, f oauth.Flow, status int, page pages.Login) error {
	if err := b.addSignedIn(r, &page, f); err != nil {
		return err
	}
	b.addWays(&page, f.Request)
	if err := b.offerPasskey(w, r, &page); err != nil {
		return err
	}
	return in.Login(w, status, page)
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
	page := pages.Login{Token: b.Web.FormToken(w, r), Next: nextPage(query.Get("next")), Username: hint(query.Get("login_hint")), Locales: query.Get("ui_locales"), Remember: b.KeepSignedIn}
	return b.writeLogin(w, r, b.Pages.For(r, pages.UILocales(page.Locales)...), oauth.Flow{}, http.StatusOK, page)
}

// addSignedIn adds who is signed in already. The name is filled in of a user who is to sign in again; another one can be typed.
func (b *Browser) addSignedIn(r *http.Request, page *pages.Login, f oauth.Flow) error {
	s, err := b.Web.Current(r)
	if s == nil {
		return err
	}
	page.SignedInAs = s.User.Username
	if f.Request == nil || !f.Request.Means(s.User) {
		return nil
	}
	// Who came here to sign in as another user is not asked to.
	if step, err := b.Authorize.Next(r.Context(), f, s); err == nil && step == oauth.SignIn {
		page.AskedAgain, page.Username = true, cmp.Or(page.Username, s.User.Username)
	}
	return nil
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
	page := pages.Login{Flow: form.Get("flow"), Next: nextPage(form.Get("next")), Locales: form.Get("ui_locales"), Token: form.Get(websession.TokenField), Username: form.Get("username"), Remember: form.Get("remember") != ""}
	var f oauth.Flow
	in := b.Pages.For(r, pages.UILocales(page.Locales)...)
	if page.Flow != "" {
		if _, f, err = b.reopen(r, page.Flow); err != nil {
			return err
		}
		in = b.localized(r, f)
		canonical.From(r.Context()).Client(f.Request.Client.ID)
		if page.Application = application(f.Request.Client); form.Get("action") == "cancel" {
			return b.cancelled(f)
		}
	}
	s, err := b.verify(w, r, form, page, in, f)
	if s == nil {
		return err
	}
	to := way{page.Flow, page.Next}
	if b.Factors.Of(r.Context(), s.User, s.Proofs.Methods) == factor.Remind {
		return b.lead(w, r, f, to, setUpPath, &candidate{user: s.User, session: s})
	}
	return b.goOn(w, r, to, s)
}

// toKeep is where a person whose account is to be deleted is asked whether to keep it. A flow that is too long for a URL
// does not go on afterwards: the application starts again.
func toKeep(flow string) string {
	if len(flow) > maxRedirectedFlow {
		flow = ""
	}
	return wire.Path("/account/delete", url.Values{"flow": {flow}})
}

// maxRedirectedFlow bounds a flow that is sent back to authorize in the URL of a redirect. With the
// redirect, a reload of the next page does not post the password again. A longer flow, of a request
// with a long state, continues without a redirect: proxies buffer 4 KiB of response headers by
// default, and respond with 502 when there are more.
const maxRedirectedFlow = 1536

// verify checks the password and signs the user in. If it returns no session, it has responded.
func (b *Browser) verify(w http.ResponseWriter, r *http.Request, form url.Values, page pages.Login, in pages.Localized, f oauth.Flow) (*session.Session, error) {
	line := canonical.From(r.Context())
	user, err := b.SignIn.Verify(r.Context(), account.Attempt{
		ClientID: f.ClientID(), Login: page.Username, Password: form.Get("password"), Prefix: line.AddressPrefix(), Devices: b.Web.Devices(r), Begun: b.Web.Begun(r),
	})
	var throttled *account.Throttled
	var unconfirmed *account.Unconfirmed
	switch {
	case errors.As(err, &unconfirmed):
		line.Outcome("unconfirmed")
		b.toConfirm(w, r, unconfirmed.ID, page.Flow, f.Request)
		return nil, nil //nolint:nilnil // it has responded
	case errors.Is(err, account.ErrSignIn):
		line.Outcome("wrong_password")
		page.Problem = pages.WrongPassword
		return nil, b.writeLogin(w, r, in, f, http.StatusUnprocessableEntity, page)
	case errors.As(err, &throttled):
		line.Outcome("throttled")
		w.Header().Set("Retry-After", retryAfter(throttled))
		page.Problem, page.Wait = pages.TooManyTries, pages.WaitFor(throttled.RetryAfter)
		return nil, b.writeLogin(w, r, in, f, http.StatusTooManyRequests, page)
	case err != nil:
		return nil, err
	}
	start := session.Start{User: user, Methods: []string{session.Password}, Keep: page.Remember}
	s, err := b.signIn(w, r, start)
	if errors.Is(err, provider.ErrStale) { // the password was changed while it was being verified
		line.Outcome("wrong_password")
		page.Problem = pages.WrongPassword
		return nil, b.writeLogin(w, r, in, f, http.StatusUnprocessableEntity, page)
	}
	if responded, fault := b.missing(w, r, start, way{page.Flow, page.Next}, err); responded {
		return nil, fault
	}
	return s, err
}

// toConfirm leads a person whose password is right to the code that was sent at the registration.
func (b *Browser) toConfirm(w http.ResponseWriter, r *http.Request, registration provider.ID, flow string, request *oauth.AuthorizeRequest) {
	again := b.Web.SetPending(w, r, registration, flow)
	wire.SeeOther(w, "/verify", url.Values{"id": {registration.String()}, "flow": {again}, "ui_locales": {locales(request)}})
}
