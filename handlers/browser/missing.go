package browser

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// way is where a person is on the way to: a sealed request in progress, or a path of the own account; both
// empty: the start page.
type way struct{ flow, next string }

func wayOf(values url.Values) way {
	return way{values.Get("flow"), nextPage(values.Get("next"))}
}

// path is a page on the way. ok: the request in progress is short enough for its address.
func (to way) path(page string) (path string, ok bool) {
	return wire.Path(page, url.Values{"flow": {to.flow}, "next": {to.next}}), len(to.flow) <= maxRedirectedFlow
}

// signIn signs a person in, and tells the person of a browser that is new.
func (b *Browser) signIn(w http.ResponseWriter, r *http.Request, start session.Start) (*session.Session, error) {
	// The browser in which the user registered is no news, also if the address was confirmed elsewhere.
	known := b.Web.Knows(r, start.User.ID) || b.Web.Begun(r) == start.User.ID
	s, err := b.Web.Begin(w, r, start)
	if err != nil {
		return nil, err
	}
	canonical.From(r.Context()).Outcome("signed_in")
	if !known {
		b.Notices.NewSignIn(r.Context(), start.User, websession.BrowserName(r))
	}
	return s, nil
}

// Missing leads a person with a new account to the page for what is missing for a session, which an error says. Then it
// has responded, or returns another error. The sealed request in progress may be empty.
func (b *Browser) Missing(w http.ResponseWriter, r *http.Request, start session.Start, flow string, err error) (responded bool, _ error) {
	return b.missing(w, r, start, way{flow: flow}, err)
}

func (b *Browser) missing(w http.ResponseWriter, r *http.Request, start session.Start, to way, err error) (responded bool, _ error) {
	page := ""
	switch {
	case errors.Is(err, factor.ErrProve):
		page = factorPath
	case errors.Is(err, factor.ErrSetUp):
		page = setUpPath
	default:
		return false, nil
	}
	canonical.From(r.Context()).Outcome("second_factor_missing")
	b.Web.Prove(w, r, start)
	return true, b.lead(w, r, oauth.Flow{}, to, page, &candidate{user: start.User, proof: websession.Proof{Methods: start.Methods}})
}

// lead leads a person to a page for second factors. With a request that is too long for a redirect it shows the page;
// the flow is empty where it was not read before.
func (b *Browser) lead(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, page string, c *candidate) error {
	path, short := to.path(page)
	if short {
		seeOther(w, path)
		return nil
	}
	if f.Request == nil {
		var err error
		if f, err = b.at(r, to); err != nil {
			return err
		}
	}
	if page == setUpPath {
		return b.showSetUp(w, r, f, to, c, pages.SetUp{}, http.StatusOK)
	}
	return b.showFactor(w, r, f, to, c, pages.Factor{}, http.StatusOK)
}

// The pages for second factors.
const (
	factorPath = "/factor"
	setUpPath  = "/set-up"
)

// candidate is the person at a page for second factors: one who has given a part of what a session needs, or whose
// session is to be stronger.
type candidate struct {
	user *account.User
	// session is nil for a person who has none yet; proof is what that one has given.
	session *session.Session
	proof   websession.Proof
}

// methods are those that the person has given.
func (c *candidate) methods() []string {
	if c.session != nil {
		return c.session.Proofs.Methods
	}
	return c.proof.Methods
}

// candidate is who is at the page, or nil. A proof of a user who was changed since is worthless.
func (b *Browser) candidate(r *http.Request) (*candidate, error) {
	proof, given := b.Web.Proof(r)
	if !given {
		s, err := b.Web.Current(r)
		if s == nil {
			return nil, err
		}
		return &candidate{user: s.User, session: s}, nil
	}
	u, err := b.Users.User(r.Context(), proof.UserID)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil //nolint:nilnil // nobody is at the page
	}
	if err != nil {
		return nil, err
	}
	if u.Disabled || u.Generation != proof.Generation {
		return nil, nil //nolint:nilnil // nobody is at the page
	}
	return &candidate{user: u, proof: proof}, nil
}

// prove gives the candidate a session, or a stronger one. It returns provider.ErrStale when the user
// has to begin again.
func (b *Browser) prove(w http.ResponseWriter, r *http.Request, c *candidate, methods []string) (*session.Session, error) {
	if c.session != nil {
		return b.Web.StepUp(w, r, c.session, methods...)
	}
	return b.signIn(w, r, session.Start{User: c.user, Methods: acr.Together(c.proof.Methods, methods), Keep: c.proof.Keep})
}

// proved gives the candidate a session and leads on.
func (b *Browser) proved(w http.ResponseWriter, r *http.Request, c *candidate, to way, methods []string) error {
	s, err := b.prove(w, r, c, methods)
	if errors.Is(err, provider.ErrStale) {
		return b.startOver(w, r, to)
	}
	if err != nil {
		return err
	}
	return b.goOn(w, r, to, s)
}

// startOver leads a person to the sign-in who has to begin again.
func (b *Browser) startOver(w http.ResponseWriter, r *http.Request, to way) error {
	b.Web.DropProof(w, r)
	canonical.From(r.Context()).Outcome("start_over")
	if to.flow != "" {
		return b.goOn(w, r, to, nil)
	}
	path, _ := to.path("/login")
	seeOther(w, path)
	return nil
}

// goOn leads a person on who has a session, or none.
func (b *Browser) goOn(w http.ResponseWriter, r *http.Request, to way, s *session.Session) error {
	switch {
	case s != nil && s.User.DeleteAt != nil: // the account can still be kept
		b.toKeep(w, to.flow)
		return nil
	case to.flow == "" && to.next != "":
		seeOther(w, to.next)
		return nil
	case to.flow == "":
		seeOther(w, "/")
		return nil
	case len(to.flow) <= maxRedirectedFlow:
		seeOther(w, b.AuthorizePath+"?flow="+url.QueryEscape(to.flow))
		return nil
	}
	p, f, err := b.reopen(r, to.flow)
	if err != nil {
		return err
	}
	return b.advanceAs(w, r, p, f, s)
}

// at reads the request in progress of a page for second factors, if there is one.
func (b *Browser) at(r *http.Request, to way) (oauth.Flow, error) {
	if to.flow == "" {
		return oauth.Flow{}, nil
	}
	_, f, err := b.reopen(r, to.flow)
	if err == nil {
		canonical.From(r.Context()).Client(f.Request.Client.ID)
	}
	return f, err
}

// demanded is the class that a request in progress demands; empty: any.
func demanded(f oauth.Flow) string {
	if f.Request == nil {
		return ""
	}
	return f.Request.Demands()
}

// hasPasskey tells whether a user can give one.
func hasPasskey(u *account.User) bool { return slices.Contains(u.Factors, factor.Passkey) }
