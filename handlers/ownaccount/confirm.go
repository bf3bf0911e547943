package ownaccount

import (
	"errors"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// The changes of factors that are asked about first: they are the actions of the form.
const (
	removePasskey = "remove"
	removeApp     = "remove_app"
	removeMail    = "remove_mail"
	renewCodes    = "codes"
)

// serveConfirm asks whether a change of the factors is meant, on a page and not by a script. What is not there, such as
// a passkey that another browser has removed, leads back.
func (o *OwnAccount) serveConfirm(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	query := r.URL.Query()
	page := pages.OwnConfirm{Own: o.own(w, r, s, factorsPath), Action: query.Get("confirm")}
	list, err := o.Passkeys.Of(r.Context(), s.User.ID)
	if err != nil {
		return err
	}
	hasApp, left := slices.Contains(s.User.Factors, factor.TOTP), len(list)
	hasMail := slices.Contains(s.User.Factors, factor.Mail)
	for _, has := range []bool{hasApp, hasMail} {
		if has {
			left++
		}
	}
	page.Last = left == 1
	there := left > 0
	switch page.Action {
	case removePasskey:
		at := slices.IndexFunc(list, func(p *passkey.Passkey) bool { return p.ID.String() == query.Get("passkey") })
		if there = at >= 0; there {
			page.ID = list[at].ID.String()
			shown := named(list[at])
			page.Name, page.Key, page.Added = shown.Name, shown.Key, list[at].CreatedAt
		}
	case removeApp:
		page.App, there = true, hasApp
	case removeMail:
		page.Mail, there = true, hasMail
	case renewCodes:
		page.Codes, page.Last = true, false
	default:
		there = false
	}
	if !there {
		wire.SeeOther(w, factorsPath, nil)
		return nil
	}
	if !page.Codes {
		err := o.mayRemove(r.Context(), s.User)
		if errors.Is(err, errLast) {
			canonical.From(r.Context()).Outcome("last_factor")
			return o.showFactors(w, r, s, http.StatusUnprocessableEntity, pages.FactorNeeded)
		}
		if err != nil {
			return err
		}
	}
	return o.Pages.For(r).OwnConfirm(w, page)
}
