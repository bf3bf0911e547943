package browser

import (
	"errors"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

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
		b.Notices.NewSignIn(r.Context(), start.User, origin.Device(r.UserAgent()))
	}
	return s, nil
}

// candidate is the person at a page for second factors: one who has given a part of what a session needs, or whose
// session is to be stronger.
type candidate struct {
	user *account.User
	// session is nil for a person who has none yet; proof is what that one has given.
	session *session.Session
	proof   websession.Proof
	// enrolment is that of the page for a new factor from which the person comes; zero: of none.
	enrolment enrolment
}

// methods are those that the person has given.
func (c *candidate) methods() []string {
	if c.session != nil {
		return c.session.Proofs.Methods
	}
	return c.proof.Methods
}

// acting is the session of the person; zero: there is none yet.
func (c *candidate) acting() provider.ID {
	if c.session == nil {
		return provider.ID{}
	}
	return c.session.ID
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

// hasPasskey tells whether a user can give one.
func hasPasskey(u *account.User) bool { return slices.Contains(u.Factors, factor.Passkey) }
