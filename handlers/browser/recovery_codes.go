package browser

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
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
	return b.showCodes(w, r, f, to, s, b.Web.TakeCodes(w, r, s.User.ID))
}

// leadToCodes leads a person to the page with the codes. A request that is too long for a redirect has them in the answer.
func (b *Browser) leadToCodes(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, s *session.Session, codes []string) error {
	path, short := to.path(codesPath)
	if !short {
		return b.showCodes(w, r, f, to, s, codes)
	}
	b.Web.KeepCodes(w, r, s.User.ID, codes)
	seeOther(w, path)
	return nil
}

func (b *Browser) showCodes(w http.ResponseWriter, r *http.Request, f oauth.Flow, to way, s *session.Session, codes []string) error {
	page := pages.RecoveryCodes{Flow: to.flow, Next: to.next, Token: b.Web.FormToken(w, r), Username: s.User.Username, Codes: codes, At: b.Clock.Now(r.Context()).In(s.User.Profile.Location())}
	if issuer, err := url.Parse(b.Issuer); err == nil {
		page.Server = issuer.Host
	}
	return b.inFlow(r, f).RecoveryCodes(w, page)
}
