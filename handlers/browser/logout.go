package browser

import (
	"encoding/base64"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ServeLogout serves the end_session_endpoint (OpenID Connect RP-Initiated Logout). A
// request that proves to know the sign-in is carried out; any other one asks the person
// first, or any site could sign people out with a link.
func (b *Browser) ServeLogout(w http.ResponseWriter, r *http.Request) error {
	form, err := wire.Parameters(r.URL.RawQuery)
	if err != nil || !readable(form) {
		return refusal.New(refusal.InvalidRequest, refusal.CheckFormEncoding, "The address is not well-formed.").Because(err)
	}
	if r.Method == http.MethodPost {
		if form, err = readPost(r); err != nil {
			return err
		}
	}
	s, err := b.signedIn(r)
	if err != nil {
		return err
	}
	if text := form.Get("confirm"); text != "" {
		return b.confirmLogout(w, r, s, text)
	}
	request, err := b.Logout.Parse(r.Context(), form)
	if err != nil {
		return err
	}
	if s != nil && !concerns(request, s) {
		return b.askLogout(w, s)
	}
	return b.signOut(w, r, s, request.RedirectURI)
}

// concerns tells whether the hint is about the very person who is signed in.
func concerns(request oauth.LogoutRequest, s *session.Session) bool {
	return request.Trusted && request.Hint.Subject == s.User.ID.String()
}

func (b *Browser) askLogout(w http.ResponseWriter, s *session.Session) error {
	confirm := base64.RawURLEncoding.EncodeToString(b.Seal.SealFor(confirmContext(s), nil))
	return b.Pages.Logout(w, pages.Logout{Action: b.LogoutPath, Username: s.User.Username, Confirm: confirm})
}

// confirmLogout takes the answer of the page, which is bound to the session that it asked
// about.
func (b *Browser) confirmLogout(w http.ResponseWriter, r *http.Request, s *session.Session, text string) error {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if s != nil && err == nil {
		_, err = b.Seal.OpenFor(confirmContext(s), sealed)
	}
	if s != nil && err != nil {
		return b.askLogout(w, s)
	}
	return b.signOut(w, r, s, "") // without a session there is nothing to ask about
}

func confirmContext(s *session.Session) []byte { return append([]byte("logout "), s.ID[:]...) }

// signOut ends the session, and only then says so.
func (b *Browser) signOut(w http.ResponseWriter, r *http.Request, s *session.Session, redirectURI string) error {
	if s != nil {
		if err := b.Sessions.End(r.Context(), s); err != nil {
			return err
		}
		canonical.From(r.Context()).Outcome("signed_out")
	}
	b.setCookie(w, sessionCookie, "")
	if redirectURI == "" {
		return b.Pages.LoggedOut(w)
	}
	seeOther(w, redirectURI)
	return nil
}
