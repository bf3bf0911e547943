package websession

import (
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// pendingAge is how long the longest request of a person may be open: a registration.
const pendingAge = 24 * time.Hour

// maxPending bounds what is kept of a request in progress: sealed and encoded it is a third longer, and
// proxies buffer 4 KiB of response headers by default.
const maxPending = 1500

// SetPending keeps in the browser what a person has begun, with the authorization request in progress, if
// there is one: the link of a message then leads on from where the person was. It tells whether that was
// short enough.
func (s *Sessions) SetPending(w http.ResponseWriter, r *http.Request, id provider.ID, flow string) (kept bool) {
	if kept = len(flow) <= maxPending; !kept {
		flow = ""
	}
	s.setCookie(w, pendingCookie, s.Seal(w, r, pending, append(id[:], flow...)), int(pendingAge/time.Second))
	return kept
}

// Pending tells whether something was begun in this browser, and returns the authorization request in
// progress.
func (s *Sessions) Pending(r *http.Request, id provider.ID) (flow string, here bool) {
	plain, err := s.Open(r, pending, s.cookie(r, pendingCookie))
	if err != nil || len(plain) < len(id) || string(plain[:len(id)]) != string(id[:]) {
		return "", false
	}
	return string(plain[len(id):]), true
}
