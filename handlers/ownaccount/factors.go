package ownaccount

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// factors are the second factors that are codes.
type factors interface {
	Of(ctx context.Context, user provider.ID) (factor.Factors, error)
	RemoveTOTP(ctx context.Context, u *account.User, acting provider.ID) error
	RemoveMail(ctx context.Context, u *account.User, acting provider.ID) error
	NewRecoveryCodes(ctx context.Context, u *account.User, acting provider.ID) ([]string, error)
}

// demands tells who must have a factor.
type demands interface {
	Demanded(u *account.User) bool
}

// errLast: the user must have a factor, and this is the last one.
var errLast = errors.New("the last second factor of a user who must have one")

// passkeys are those of a user.
type passkeys interface {
	Of(ctx context.Context, user provider.ID) ([]*passkey.Passkey, error)
	Rename(ctx context.Context, user, id provider.ID, name string) error
	Remove(ctx context.Context, u *account.User, id, acting provider.ID) error
	Accepted(passkeys []*passkey.Passkey) (json.RawMessage, error)
}

// serveFactorsPage shows the second factors, and what can be done with them. New ones are set up on the page of the
// sign-in, which leads back here.
func (o *OwnAccount) serveFactorsPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if r.URL.Query().Has("confirm") {
		return o.serveConfirm(w, r, s)
	}
	return o.showFactors(w, r, s, http.StatusOK, "")
}

func (o *OwnAccount) showFactors(w http.ResponseWriter, r *http.Request, s *session.Session, status int, problem pages.FactorProblem) error {
	of, err := o.Factors.Of(r.Context(), s.User.ID)
	if err != nil {
		return err
	}
	list, err := o.Passkeys.Of(r.Context(), s.User.ID)
	if err != nil {
		return err
	}
	page := pages.OwnFactors{Own: o.own(w, r, s, factorsPath), Codes: of.RecoveryCodes, Any: len(s.User.Factors) > 0, Problem: problem}
	if of.TOTP != nil {
		page.App = &pages.OwnFactor{Added: of.TOTP.CreatedAt, Used: of.TOTP.UsedAt}
	}
	if of.Mail != nil {
		page.Mail = &pages.OwnFactor{Added: of.Mail.CreatedAt, Used: of.Mail.UsedAt}
	}
	for _, p := range list {
		shown := named(p)
		page.Passkeys = append(page.Passkeys, pages.OwnFactor{ID: p.ID.String(), Name: shown.Name, Key: shown.Key, SecondOnly: !p.Verifies, Added: p.CreatedAt, Used: p.UsedAt})
	}
	if len(list) > 0 {
		accepted, err := o.Passkeys.Accepted(list)
		if err != nil {
			return err
		}
		page.Accepted = string(accepted)
	}
	return o.Pages.For(r).OwnFactors(w, status, page)
}

// shownName is the name that the person gave a passkey, or empty. key: it is a security key without one.
func shownName(name string) (shown string, key bool) {
	is, key := passkey.Unnamed(name)
	if is {
		return "", key
	}
	return name, false
}

func named(p *passkey.Passkey) pages.NamedFactor {
	name, key := p.Shown()
	return pages.NamedFactor{Name: name, Use: pages.UsePasskey, Key: key}
}

// serveFactors removes a factor, renames a passkey, or makes new recovery codes.
func (o *OwnAccount) serveFactors(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	form, err := o.readForm(r, s)
	if err != nil {
		return err
	}
	if form.Get("action") == renewCodes {
		return o.newCodes(w, r, s)
	}
	what, err := o.changeFactor(r, s, form)
	var name *passkey.NameFault
	switch {
	case errors.As(err, &name):
		canonical.From(r.Context()).Outcome("invalid")
		return o.showFactors(w, r, s, http.StatusUnprocessableEntity, pages.PasskeyName)
	case errors.Is(err, errLast):
		canonical.From(r.Context()).Outcome("last_factor")
		return o.showFactors(w, r, s, http.StatusUnprocessableEntity, pages.FactorNeeded)
	case errors.Is(err, provider.ErrNotFound), errors.Is(err, factor.ErrNoFactor), errors.Is(err, provider.ErrStale):
		// Another browser was faster: the page says how it is now.
		wire.SeeOther(w, factorsPath, nil)
		return nil
	case err != nil:
		return err
	}
	canonical.From(r.Context()).Outcome(string(what.Done))
	return o.done(w, r, s, factorsPath, what)
}

func (o *OwnAccount) changeFactor(r *http.Request, s *session.Session, form url.Values) (pages.OwnSaid, error) {
	u := s.User
	if form.Get("action") != "rename" {
		if err := o.mayRemove(r.Context(), u); err != nil {
			return pages.OwnSaid{}, err
		}
	}
	switch form.Get("action") {
	case removeApp:
		return removed(pages.NamedFactor{Use: pages.UseApp}), o.Factors.RemoveTOTP(r.Context(), u, s.ID)
	case removeMail:
		return removed(pages.NamedFactor{Use: pages.UseMail}), o.Factors.RemoveMail(r.Context(), u, s.ID)
	}
	id, err := provider.ParseID(form.Get("passkey"))
	if err != nil {
		return pages.OwnSaid{}, provider.ErrNotFound
	}
	if form.Get("action") == "rename" {
		return pages.OwnSaid{Done: pages.OwnPasskeyRenamed}, o.Passkeys.Rename(r.Context(), u.ID, id, form.Get("name"))
	}
	list, err := o.Passkeys.Of(r.Context(), u.ID)
	if err != nil {
		return pages.OwnSaid{}, err
	}
	at := slices.IndexFunc(list, func(p *passkey.Passkey) bool { return p.ID == id })
	if at < 0 {
		return pages.OwnSaid{}, provider.ErrNotFound
	}
	return removed(named(list[at])), o.Passkeys.Remove(r.Context(), u, id, s.ID)
}

func removed(f pages.NamedFactor) pages.OwnSaid {
	return pages.OwnSaid{Done: pages.OwnFactorRemoved, Factor: &f}
}

// mayRemove returns errLast for the last factor of a user who must have one: whoever knows the password could set up
// another one, at the sign-in that asks for it.
func (o *OwnAccount) mayRemove(ctx context.Context, u *account.User) error {
	if !o.Demands.Demanded(u) {
		return nil
	}
	of, err := o.Factors.Of(ctx, u.ID)
	if err != nil {
		return err
	}
	list, err := o.Passkeys.Of(ctx, u.ID)
	if err != nil {
		return err
	}
	left := len(list)
	if of.TOTP != nil {
		left++
	}
	if of.Mail != nil {
		left++
	}
	if left <= 1 {
		return errLast
	}
	return nil
}

func (o *OwnAccount) newCodes(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	codes, err := o.Factors.NewRecoveryCodes(r.Context(), s.User, s.ID)
	if errors.Is(err, factor.ErrNoFactor) || errors.Is(err, provider.ErrStale) {
		wire.SeeOther(w, factorsPath, nil)
		return nil
	}
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("recovery_codes_made")
	o.Web.KeepCodes(w, r, s.User.ID, codes)
	wire.SeeOther(w, "/recovery-codes", url.Values{"next": {factorsPath}})
	return nil
}
