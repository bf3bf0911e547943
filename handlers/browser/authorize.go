package browser

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ServeAuthorize serves the authorization endpoint (RFC 6749 section 3.1).
func (b *Browser) ServeAuthorize(w http.ResponseWriter, r *http.Request) error {
	read := wire.Query
	if r.Method == http.MethodPost {
		read = wire.Form
	}
	form, err := read(r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if answered, err := b.repeat(w, r, b.AuthorizePath, form); answered || err != nil {
			return err
		}
	}
	if text := form.Get("flow"); text != "" && !form.Has("client_id") {
		p, err := b.open(r, text)
		if err != nil {
			return err
		}
		return b.advance(w, r, p)
	}
	p, err := b.begin(r.Context(), form)
	if err == nil {
		err = b.advance(w, r, p)
	}
	var back *redirected
	if errors.As(err, &back) {
		back.unasked = true
	}
	return err
}

// repeat answers a posted request with a redirect to the same one as a GET: SameSite=Lax cookies are not
// sent with forms of other sites, so the user would not appear signed in. One that is too long for the
// headers that proxies buffer is posted once more by a page of this server, where the cookies are sent; then it
// returns false.
func (b *Browser) repeat(w http.ResponseWriter, r *http.Request, path string, form url.Values) (answered bool, err error) {
	query := form.Encode()
	if len(query) > wire.MaxQuery {
		return true, refusal.New(refusal.InvalidRequest, refusal.CheckBodySize,
			fmt.Sprintf("The request is too long: it takes %d bytes, of at most %d.", len(query), wire.MaxQuery))
	}
	if len(path)+len(query) > maxLocation {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "": // no browser, or an old one: it could not be told that the page has posted
		case "same-origin":
			return false, nil
		default:
			return true, b.Pages.For(r).FormPost(w, pages.FormPost{Action: path, Params: form})
		}
	}
	if query != "" {
		path += "?" + query
	}
	wire.SeeOther(w, path, nil)
	return true, nil
}

// advance does the next step of a flow for the current session.
func (b *Browser) advance(w http.ResponseWriter, r *http.Request, p progress) error {
	f, err := b.request(r.Context(), p)
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Client(f.Request.Client.ID)
	s, err := b.Web.Current(r)
	if err != nil {
		return b.errorForApplication(f, err)
	}
	b.forgetState(w, r, s)
	return b.advanceAs(w, r, p, f, s)
}

// advanceAs does the next step of a flow for the session, or without one if it is nil.
func (b *Browser) advanceAs(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, s *session.Session) error {
	step, err := b.Authorize.Next(r.Context(), f, s)
	if err != nil {
		return b.errorForApplication(f, err)
	}
	switch step {
	case oauth.SignIn:
		if f.Request.Asks("create") {
			return b.register(w, r, p, f)
		}
		return b.showLogin(w, r, p, f, f.Request.LoginHint)
	case oauth.Prove, oauth.SetUp:
		return b.stepUp(w, r, p, f, s, step)
	case oauth.Keep:
		return b.keepAccount(w, r, p, f)
	case oauth.Consent:
		return b.showConsent(w, r, p, f, s)
	default:
		return b.approve(w, r, p, f, s, oauth.NotAsked)
	}
}

// stepUp has a person who is signed in give another factor, or set one up. What was given towards another session is
// forgotten, which would go first.
func (b *Browser) stepUp(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, s *session.Session, step oauth.Step) error {
	sealed, err := b.seal(w, r, p, f)
	if err != nil {
		return err
	}
	b.Web.DropProof(w, r)
	page := factorPath
	if step == oauth.SetUp {
		page = setUpPath
	}
	return b.lead(w, r, f, way{flow: sealed}, page, &candidate{user: s.User, session: s})
}

// keepAccount asks a person whose account is to be deleted whether to keep it, and then goes on.
func (b *Browser) keepAccount(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow) error {
	sealed, err := b.seal(w, r, p, f)
	if err != nil {
		return err
	}
	wire.SeeOther(w, toKeep(sealed), nil)
	return nil
}

// register leads to the page for a new account, which leads back to authorize.
func (b *Browser) register(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow) error {
	sealed, err := b.seal(w, r, p, f)
	if err != nil {
		return err
	}
	wire.SeeOther(w, "/register", url.Values{"flow": {sealed}, "ui_locales": {locales(f.Request)}, "login_hint": {hint(f.Request.LoginHint)}})
	return nil
}

// approve responds with what the response type names.
func (b *Browser) approve(w http.ResponseWriter, r *http.Request, p progress, f oauth.Flow, s *session.Session, decision oauth.Decision) error {
	response, err := b.Authorize.Approve(r.Context(), f, s, decision)
	if errors.Is(err, provider.ErrStale) {
		// The session ended in the meantime: continue with the current one, if any.
		p.UserID = provider.ID{}
		return b.advance(w, r, p)
	}
	var refused *refusal.Refusal
	if errors.As(err, &refused) && refused.Check == refusal.CheckFinished {
		return &inFlow{err, f.Request.UILocales} // the application has its response; this is for a user who went back
	}
	if err != nil {
		return b.errorForApplication(f, err)
	}
	canonical.From(r.Context()).Outcome("approved")
	b.addSessionState(w, r, f.Request, s, response)
	return b.respond(w, r, f.Request, response)
}
