package websession

import "net/http"

// The cookies. With https their names begin with __Host-, which browsers accept from this host
// only: another host of the domain cannot set them (session fixation).
const (
	sessionCookie  = "gatehouse_session"
	binderCookie   = "gatehouse_flow"
	deviceCookie   = "gatehouse_device"
	pendingCookie  = "gatehouse_pending"
	proofCookie    = "gatehouse_proof"
	factorCookie   = "gatehouse_factor"
	codesCookie    = "gatehouse_codes"
	proposalCookie = "gatehouse_proposal"
)

func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

func (s *Sessions) cookieName(name string) string { return cookieName(name, s.secure) }

func (s *Sessions) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// Ages of a cookie, in seconds.
const (
	untilClosed = 0 // until the browser is closed
	deleted     = -1
)

// setCookie sets a cookie that lives for age seconds. SameSite=Lax: the browser sends it when an
// application leads the user here, but not with forms of other sites.
func (s *Sessions) setCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure is impossible over plain http, in development
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: age,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
