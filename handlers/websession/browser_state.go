package websession

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

// browserStateCookie is read by the script of check_session_iframe, within pages of other sites.
const browserStateCookie = "gatehouse_browser_state"

// BrowserState is what tells one session of the browser from another for applications that watch it
// (OpenID Connect Session Management section 3.2), and sets the cookie with it if the browser has
// another. It tells nothing else: neither the session nor the user can be found by it.
func (s *Sessions) BrowserState(w http.ResponseWriter, r *http.Request, of *session.Session) string {
	state := browserState(of)
	if s.cookie(r, browserStateCookie) != state {
		s.setBrowserState(w, state, lifetimeOf(of, s.Clock()))
	}
	return state
}

func browserState(of *session.Session) string {
	sum := sha256.Sum256(append([]byte("browser state\x00"), of.Hash...)) // the hash is keyed
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func lifetimeOf(of *session.Session, now time.Time) int {
	if !of.Kept {
		return untilClosed
	}
	return max(int(of.ExpiresAt.Sub(now)/time.Second), 1)
}

// setBrowserState sets the cookie. SameSite=None needs https; over http, in development, only pages of the
// same site have it.
func (s *Sessions) setBrowserState(w http.ResponseWriter, state string, age int) {
	c := &http.Cookie{ //nolint:gosec // a script has to read it; see browserStateCookie
		Name: s.cookieName(browserStateCookie), Value: state, Path: "/", MaxAge: age, Secure: s.secure, SameSite: http.SameSiteNoneMode,
	}
	if !s.secure {
		c.SameSite = http.SameSiteLaxMode
	}
	http.SetCookie(w, c)
}
