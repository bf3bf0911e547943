package browser

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ServeRecoveryCodesPage shows the recovery codes that were just made, once. Reloaded, it says how to get others.
func (b *Browser) ServeRecoveryCodesPage(w http.ResponseWriter, r *http.Request) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	to := wayOf(query)
	f, err := b.at(r, to)
	if err != nil {
		return err
	}
	s, err := b.Web.Current(r)
	if err != nil {
		return err
	}
	if s == nil {
		return b.startOver(w, r, to)
	}
	return b.showCodes(w, r, f, to, s, codesMade{b.Web.TakeCodes(w, r, s.User.ID), b.openSaid(r, s)})
}

// leadToCodes leads a person to the page with the codes. A request that is too long for a redirect has them in the answer.
func (b *Browser) leadToCodes(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, s *session.Session, made codesMade) error {
	if _, short := to.path(codesPath); !short {
		return b.showCodes(w, r, f, to, s, made)
	}
	b.Web.KeepCodes(w, r, s.User.ID, made.codes)
	wire.SeeOther(w, codesPath, url.Values{"flow": {to.flow}, "next": {to.next}, saidField: {b.sealSaid(w, r, s, codesPath, made.said)}})
	return nil
}

// codesMade are recovery codes, and what was done that they were made with.
type codesMade struct {
	codes []string
	said  pages.OwnSaid
}

// saidField is the query parameter of what was done, which the page says: sealed, so that no other site has it say what was not.
const saidField = websession.SaidField

func (b *Browser) sealSaid(w http.ResponseWriter, r *http.Request, s *session.Session, page string, said pages.OwnSaid) string {
	return b.Web.SealSaid(w, r, websession.OwnDone, s.User.ID, page, said)
}

// openSaid is zero where the page is to say nothing.
func (b *Browser) openSaid(r *http.Request, s *session.Session) (said pages.OwnSaid) {
	if !b.Web.OpenSaid(r, websession.OwnDone, s.User.ID, &said) {
		return pages.OwnSaid{}
	}
	return said
}

func (b *Browser) showCodes(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, s *session.Session, made codesMade) error {
	page := pages.RecoveryCodes{Flow: to.flow, Next: to.next, Token: b.Web.FormToken(w, r), Username: s.User.Username, Codes: made.codes, Said: made.said.Done, SaidFactor: made.said.Factor, At: b.Clock.Now(r.Context()).In(s.User.Profile.Location())}
	page.None = len(made.codes) == 0 && len(s.User.Factors) == 0
	if issuer, err := url.Parse(b.Issuer); err == nil {
		page.Server = issuer.Host
	}
	return b.inFlow(r, f).RecoveryCodes(w, page)
}
