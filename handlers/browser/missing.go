package browser

import (
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// Missing leads a person with a new account to the page for what is missing for a session, which an error says. Then it
// has responded, or returns another error. The sealed request in progress may be empty. Without an error it reminds a
// person who need not have a factor yet, as a sign-in does.
func (b *Browser) Missing(w http.ResponseWriter, r *http.Request, start session.Start, flow string, err error) (responded bool, _ error) {
	if err == nil && b.Factors.Of(r.Context(), start.User, start.Methods) == factor.Remind {
		path, short := way{flow: flow}.path(setUpPath)
		if short { // of a longer request the next sign-in reminds
			wire.SeeOther(w, path, nil)
		}
		return short, nil
	}
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
	b.Web.Prove(w, r, start, page == setUpPath)
	return true, b.lead(w, r, oauth.Flow{}, to, page, &candidate{user: start.User, proof: websession.Proof{Methods: start.Methods}})
}

// lead leads a person to a page for second factors. With a request that is too long for a redirect it shows the page;
// the flow is empty where it was not read before.
func (b *Browser) lead(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, page string, c *candidate) error {
	path, short := to.path(page)
	if short {
		wire.SeeOther(w, path, nil)
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
	codesPath  = "/recovery-codes"
)
