package websession

import (
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// pendingAge is how long the longest request of a person may be open: a registration.
const pendingAge = 24 * time.Hour

// maxPending bounds what is kept of a request in progress: sealed and encoded it is a third longer, and
// proxies buffer 4 KiB of response headers by default.
const maxPending = 1500

// maxTwice bounds a request in progress that a redirect has in its URL beside the cookie, in bytes.
const maxTwice = 1000

// maxBegun bounds what is kept of the requests of a person: with one tab for each.
const maxBegun = 4

// begun is a request of a person, with the authorization request in progress; empty: there is none.
type begun struct {
	id   provider.ID
	flow string
}

// SetPending keeps in the browser what a person has begun, with the authorization request in progress, if
// there is one: the link of a message then leads on from where the person was. What was begun before in other
// tabs is kept as far as there is room. It returns the request in progress for the URL of the next page; empty:
// it is in the cookie only, or the response had more headers than proxies buffer.
func (s *Sessions) SetPending(w http.ResponseWriter, r *http.Request, id provider.ID, flow string) (again string) {
	kept, again, room := flow, flow, maxTwice
	switch {
	case len(flow) > maxPending || strings.Contains(flow, separator):
		kept = ""
	case len(flow) > maxTwice:
		again, room = "", maxPending
	}
	plain := string(id[:]) + kept
	room -= len(flow)
	number := 1
	for _, before := range s.begun(r) {
		if before.id == id || number == maxBegun {
			continue
		}
		if room -= len(before.flow); room < 0 { // it is in the page, unless that has come by the link of a message
			before.flow, room = "", 0
		}
		plain += separator + string(before.id[:]) + before.flow
		number++
	}
	s.setCookie(w, pendingCookie, s.Seal(w, r, pending, []byte(plain)), int(pendingAge/time.Second))
	return again
}

// separator is in no request in progress, which is base64. What is kept of one request is what earlier versions
// keep.
const separator = "\x00"

// begun is what was begun in this browser, the latest first.
func (s *Sessions) begun(r *http.Request) (list []begun) {
	plain, err := s.Open(r, pending, s.cookie(r, pendingCookie))
	if err != nil {
		return nil
	}
	for rest, more := string(plain), true; more; {
		var b begun
		if len(rest) < len(b.id) {
			return list
		}
		copy(b.id[:], rest)
		b.flow, rest, more = strings.Cut(rest[len(b.id):], separator)
		list = append(list, b)
	}
	return list
}

// Begun is what was begun in this browser last; zero: nothing.
func (s *Sessions) Begun(r *http.Request) (id provider.ID) {
	if list := s.begun(r); len(list) > 0 {
		return list[0].id
	}
	return id
}

// Pending tells whether something was begun in this browser, and returns the authorization request in
// progress.
func (s *Sessions) Pending(r *http.Request, id provider.ID) (flow string, here bool) {
	for _, b := range s.begun(r) {
		if b.id == id {
			return b.flow, true
		}
	}
	return "", false
}
