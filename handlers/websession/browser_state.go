package websession

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

// browserStateCookie is read by the script of check_session_iframe, within pages of other sites.
const browserStateCookie = "gatehouse_browser_state"

// stateRenewed is by how much the time in the cookie may be behind before it is set again.
const stateRenewed = time.Minute

// BrowserState is what tells one session of the browser from another for applications that watch it
// (OpenID Connect Session Management section 3.2), and sets the cookie with it if the browser has
// another. It tells nothing else: neither the session nor the user can be found by it.
func (s *Sessions) BrowserState(w http.ResponseWriter, r *http.Request, of *session.Session) string {
	state := browserState(of)
	has, until, _ := strings.Cut(s.cookie(r, browserStateCookie), ".")
	known, err := strconv.ParseInt(until, 10, 64)
	if has != state || err != nil || s.stateEnds(of).Sub(time.Unix(known, 0)) > stateRenewed {
		s.setBrowserState(w, of, lifetimeOf(of, s.Clock()))
	}
	return state
}

// DropBrowserState deletes the cookie of a browser in which nobody is signed in.
func (s *Sessions) DropBrowserState(w http.ResponseWriter, r *http.Request) {
	if s.cookie(r, browserStateCookie) != "" {
		s.setBrowserStateCookie(w, "", deleted)
	}
}

// stateEnds is when the session ends if it is not used any more. The browser keeps a cookie for longer:
// it may have been told to until it is closed.
func (s *Sessions) stateEnds(of *session.Session) time.Time {
	if idle := of.SeenAt.Add(s.Idle); s.Idle > 0 && idle.Before(of.ExpiresAt) {
		return idle
	}
	return of.ExpiresAt
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

// setBrowserState sets the cookie: the state, and until when it is that of the browser.
func (s *Sessions) setBrowserState(w http.ResponseWriter, of *session.Session, age int) {
	s.setBrowserStateCookie(w, browserState(of)+"."+strconv.FormatInt(s.stateEnds(of).Unix(), 10), age)
}

// setBrowserStateCookie sets the cookie. SameSite=None needs https; over http, in development, only pages of the
// same site have it.
func (s *Sessions) setBrowserStateCookie(w http.ResponseWriter, value string, age int) {
	c := &http.Cookie{ //nolint:gosec // a script has to read it; see browserStateCookie
		Name: s.cookieName(browserStateCookie), Value: value, Path: "/", MaxAge: age, Secure: s.secure, SameSite: http.SameSiteNoneMode,
	}
	if !s.secure {
		c.SameSite = http.SameSiteLaxMode
	}
	http.SetCookie(w, c)
}
