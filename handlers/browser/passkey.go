package browser

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// passkeys creates and verifies passkeys.
type passkeys interface {
	SignIn(ctx context.Context) (json.RawMessage, passkey.Ceremony, error)
	VerifySignIn(ctx context.Context, c passkey.Ceremony, response []byte) (*account.User, []string, error)
	Proof(ctx context.Context, u *account.User) (json.RawMessage, passkey.Ceremony, error)
	VerifyProof(ctx context.Context, u *account.User, c passkey.Ceremony, response []byte) ([]string, error)
	Creation(ctx context.Context, u *account.User) (json.RawMessage, passkey.Ceremony, error)
	Create(ctx context.Context, u *account.User, c passkey.Ceremony, response []byte, name string, acting provider.ID) (p *passkey.Passkey, recoveryCodes []string, err error)
	Missing(ctx context.Context, response []byte) (string, error)
}

// openCeremony is the ceremony of a form, which was begun in this browser.
func (b *Browser) openCeremony(r *http.Request, form url.Values) (c passkey.Ceremony, err error) {
	return c, b.openState(r, form, &c)
}

// openState reads the state of a ceremony back.
func (b *Browser) openState(r *http.Request, form url.Values, state any) error {
	plain, err := b.Web.Open(r, websession.Ceremony, form.Get("ceremony"))
	if err == nil {
		err = json.Unmarshal(plain, state)
	}
	if err != nil {
		return errors.Join(errNotGiven, err)
	}
	return nil
}

// notGiven marks a passkey that was refused as what the person can try again.
func notGiven(err error) error {
	var refused *passkey.Refused
	if errors.As(err, &refused) {
		return errors.Join(errNotGiven, err)
	}
	return err
}

// passkeyGiven verifies the passkey of a user.
func (b *Browser) passkeyGiven(r *http.Request, u *account.User, form url.Values) ([]string, error) {
	c, err := b.openCeremony(r, form)
	if err != nil {
		return nil, err
	}
	methods, err := b.Passkeys.VerifyProof(r.Context(), u, c, []byte(form.Get("response")))
	return methods, notGiven(err)
}

// offerPasskey adds the request to a passkey to the sign-in page. It names nobody's, so that the page tells
// nobody who has one.
func (b *Browser) offerPasskey(w http.ResponseWriter, r *http.Request, page *pages.Login) error {
	options, c, err := b.Passkeys.SignIn(r.Context())
	if err != nil {
		return err
	}
	page.Passkey, err = b.ceremony(w, r, options, c)
	return err
}

// ServePasskey signs in a person by a passkey alone, which has verified who it is.
func (b *Browser) ServePasskey(w http.ResponseWriter, r *http.Request) error {
	form, err := b.readOwnForm(r)
	if err != nil {
		return err
	}
	to := wayOf(form)
	f, err := b.at(r, to)
	if err != nil {
		return err
	}
	c, err := b.openCeremony(r, form)
	var u *account.User
	var methods []string
	if err == nil {
		u, methods, err = b.Passkeys.VerifySignIn(r.Context(), c, []byte(form.Get("response")))
		err = notGiven(err)
	}
	if err == nil {
		var s *session.Session
		if s, err = b.signIn(w, r, session.Start{User: u, Methods: methods, Keep: form.Get("remember") != ""}); err == nil {
			return b.goOn(w, r, to, s)
		}
	}
	if !errors.Is(err, errNotGiven) && !errors.Is(err, provider.ErrStale) {
		return err
	}
	canonical.From(r.Context()).Outcome("wrong_passkey")
	page := pages.Login{Flow: to.flow, Next: to.next, Locales: form.Get("ui_locales"), Remember: form.Get("remember") != ""}
	page.Problem, page.Missing = refusedAs(err)
	if f.Request == nil {
		page.Token = b.Web.FormToken(w, r)
	} else {
		page.Application = application(f.Request.Client)
	}
	return b.writeLogin(w, r, b.inFlow(r, f), f, http.StatusUnprocessableEntity, page)
}

// refusedAs is what a person is told whose passkey was refused at the sign-in, and the id of it where it is not known here.
func refusedAs(err error) (_ pages.LoginProblem, missing string) {
	var refused *passkey.Refused
	switch {
	case !errors.As(err, &refused):
		return pages.PasskeyRefused, ""
	case refused.Missing != "":
		return pages.PasskeyMissing, refused.Missing
	case refused.Reason == passkey.Altered:
		return pages.ChangedPasskey, ""
	case refused.Reason == passkey.NeverVerified:
		return pages.PasskeyFirst, ""
	default:
		return pages.PasskeyRefused, ""
	}
}
