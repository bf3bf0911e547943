package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// provenFor is how long after a proof of who they are administrators may do what hands over an account, a secret or a
// key. It is longer than that of the own account, session.FreshFor: administrators do many such things in a row, as when
// they set up a server or people. It is far shorter than a session, which may have been open since the morning, or for
// weeks in a browser that keeps people signed in: one that was stolen or left open must not take over the server.
const provenFor = time.Hour

// keptForm is the page with a form that was not carried out, as who sent it has to sign in first. That is done in another
// tab; then the form is sent again, as it was.
//
// It carries what this browser has just sent from a page of this server that was shown to that user, and nothing else:
// whoever reads the form has checked that. The form is no larger than the route lets forms be. It still has the token of
// the page that it was on, so nobody but that user can send it.
type keptForm struct {
	shell

	// Why is the name of the page's texts, kept and it.
	Why string
	// Action is where the form goes, and Fields what it had. Asked are the fields that have to be typed again: a page
	// does not repeat passwords.
	Action string
	Fields url.Values
	Asked  []formField
	// Prove is where to sign in, or to give what is missing.
	Prove string
}

// passwordField is the field of passwords, in all forms.
const passwordField = "password"

// loginPath is where people sign in.
const loginPath = "/login"

// keep answers a form that is not carried out. The user name is filled in where one signs in.
func (c *Console) keep(w http.ResponseWriter, r *http.Request, form url.Values, u *account.User, why, at string) error {
	next := url.Values{"next": {Path}}
	if at == loginPath {
		next.Set("login_hint", u.Username)
	}
	canonical.From(r.Context()).Outcome("prove_" + why)
	page := keptForm{
		shell: shell{Logout: c.LogoutPath}, Why: why, Action: r.URL.RequestURI(), Fields: url.Values{},
		Prove: wire.Path(at, next),
	}
	for name, values := range form {
		if unrepeated(r, name) {
			continue
		}
		if name == passwordField && !slices.Equal(values, []string{""}) {
			page.Asked = []formField{{Name: name, Label: "kept.password", Kind: "password", Focus: true}}
			continue
		}
		page.Fields[name] = values
	}
	return c.pages.For(r).Write(w, http.StatusForbidden, "kept_form", page, Path)
}

// unrepeated tells whether a field has what authenticates a client, or what somebody has pasted without knowing what it
// is: no page shows that again. The form is then refused for want of it, and it is typed anew.
func unrepeated(r *http.Request, name string) bool {
	switch path := r.URL.Path; {
	case path == findPath, path == explainPath:
		return name == findField || name == "error"
	case strings.HasPrefix(path, tryPath+"/"), strings.HasSuffix(path, "/try/token"):
		return name == "secret" || name == "assertion"
	default:
		return false
	}
}

// toProve leads to a page to sign in at, or to give what is missing, and from there back. A form is kept, of the user who
// is signed in or, where that is nil, of whom it was shown to.
func (c *Console) toProve(w http.ResponseWriter, r *http.Request, u *account.User, why, at string) error {
	if r.Method != http.MethodPost {
		wire.SeeOther(w, at, url.Values{"next": {here(r)}})
		return nil
	}
	form, shown, err := c.Web.ReadShownForm(r)
	switch {
	case errors.Is(err, websession.ErrOtherUser), err == nil && u != nil && u.ID != shown: // it stays unread
		wire.SeeOther(w, at, url.Values{"next": {Path}})
		return nil
	case err != nil:
		return err
	}
	if u == nil {
		if u, err = c.Users.User(r.Context(), shown); errors.Is(err, provider.ErrNotFound) {
			u, err = &account.User{}, nil // deleted since: nobody can send it
		}
		if err != nil {
			return err
		}
	}
	return c.keep(w, r, form, u, why, at)
}

// proven tells whether the viewer has proved lately who they are, by the strongest that protects the account. If not, it
// has shown the page that asks for it and keeps the form, or returns the error of that. The form was read by form or
// asking, which have checked to whom it was shown.
func (c *Console) proven(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) (bool, error) {
	u := v.session.User
	switch {
	case !session.ProvedWithin(v.session, provenFor, c.now(r)):
		return false, c.keep(w, r, form, u, "old", loginPath)
	case !factor.MayChange(u, v.session.Proofs.Methods): // such as in a browser that is remembered
		return false, c.keep(w, r, form, u, "factor", "/factor")
	default:
		return true, nil
	}
}

// provenAbout is proven where a change makes or concerns users who may administer this server, or see all of it; without a
// proof anybody may be changed who may not.
func (c *Console) provenAbout(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values, users ...*account.User) (bool, error) {
	if !slices.ContainsFunc(users, func(u *account.User) bool { return u.ManagementScopes() != nil }) {
		return true, nil
	}
	return c.proven(w, r, v, form)
}

// provenClient is proven where a client has a management scope, before or after a change: it administers this server.
func (c *Console) provenClient(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values, clients ...*client.Client) (bool, error) {
	if !slices.ContainsFunc(clients, func(c *client.Client) bool { return slices.ContainsFunc(c.Scopes, audit.IsScope) }) {
		return true, nil
	}
	return c.proven(w, r, v, form)
}

// provenChange is provenClient for a change, and proven where another key authenticates the client after it, as with
// another secret.
func (c *Console) provenChange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values, before, after *client.Client) (bool, error) {
	if before.AuthMethod == after.AuthMethod && before.JWKS == after.JWKS && before.JWKSURI == after.JWKSURI {
		return c.provenClient(w, r, v, form, before, after)
	}
	return c.proven(w, r, v, form)
}
