package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// act carries out what a form asks for.
type act func(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error

// reading refuses a page to a viewer who may not read what it is about.
func reading(noun string, next serve) serve {
	return func(w http.ResponseWriter, r *http.Request, v *viewer) error {
		if !v.may(audit.ReadScope(noun)) {
			return refusal.New(refusal.AccessDenied, refusal.CheckConsoleRole, "Your role may not see this.").CompareScope(audit.ReadScope(noun), v.actor.Scopes)
		}
		return next(w, r, v)
	}
}

// writing refuses the page of a form to a viewer who may not send it.
func writing(noun string, next serve) serve {
	return func(w http.ResponseWriter, r *http.Request, v *viewer) error {
		if err := v.mayChange(audit.WriteScope(noun)); err != nil {
			return err
		}
		return next(w, r, v)
	}
}

// mayChange refuses a viewer without a management scope.
func (v *viewer) mayChange(scope string) error {
	err := v.actor.RequireAll([]string{scope})
	if err == nil {
		return nil
	}
	return refusal.New(refusal.AccessDenied, refusal.CheckConsoleRole, "Your role sees everything in the console and changes nothing.").Because(err).CompareScope(scope, v.actor.Scopes)
}

// form reads the form of a page, and refuses it for a viewer without the management scope: the gate would, after some
// of the work.
func (c *Console) form(scope string, next act) serve {
	return c.asking(func(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
		if err := v.mayChange(scope); err != nil {
			return err
		}
		return next(w, r, v, form)
	})
}

// asking reads the form of a page that changes nothing.
func (c *Console) asking(next act) serve {
	return func(w http.ResponseWriter, r *http.Request, v *viewer) error {
		form, err := c.Web.ReadUserForm(r, v.session.User.ID)
		if err != nil {
			return err
		}
		return next(w, r, v, form)
	}
}

// said is what was done in this browser, for the page that says so.
type said struct {
	// Done is the name of the text, said and it.
	Done string `json:"done"`
	// About is what it was done to.
	About string `json:"about,omitempty"`
}

// done leads to the page that says what was done. It is not the answer to the form: reloaded, that would send the form
// again. The page may have a query.
func (c *Console) done(w http.ResponseWriter, r *http.Request, page string, what said) error {
	canonical.From(r.Context()).Outcome(what.Done)
	path, filter, _ := strings.Cut(page, "?")
	query, err := url.ParseQuery(filter)
	if err != nil {
		return err
	}
	query.Set(websession.SaidField, c.Web.SealSaid(w, r, websession.ConsoleDone, viewing(r), path, what))
	wire.SeeOther(w, path, query)
	return nil
}

// said reads it back. A copied address, or one of another browser, says nothing.
func (c *Console) said(r *http.Request) *said {
	what := said{}
	if !c.Web.OpenSaid(r, websession.ConsoleDone, viewing(r), &what) {
		return nil
	}
	return &what
}

// found makes what does not exist a page that is not there.
func found(r *http.Request, err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return noPage(r)
	}
	return err
}

func noPage(r *http.Request) error {
	return refusal.New(refusal.NotFound, refusal.CheckNotFound, "There is no page or endpoint at this URL.").
		Compare(refusal.FieldPath, "", r.URL.Path)
}
