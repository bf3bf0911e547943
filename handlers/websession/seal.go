package websession

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
)

// ErrForeign: the value was sealed for another browser, for another purpose or by another server, or
// was changed.
var ErrForeign = errors.New("websession: not a value that was sealed for this browser")

// Purpose keeps values apart: one that a page got must not open as what another page means by it.
type Purpose string

// The purposes.
const (
	// Authorization is an authorization request in progress. It is empty, as in the values of servers
	// of an earlier version that run at the same time.
	Authorization Purpose = ""
	formToken     Purpose = "form"
	userToken     Purpose = "form of a user" //nolint:gosec // a name
	pending       Purpose = "pending"
	browserID     Purpose = "browser"
	proof         Purpose = "proof"
	recoveryCodes Purpose = "recovery codes"
	// Done is what was done in this browser, for the page that says so.
	Done Purpose = "done"
	// Proposal is a secret that an authenticator app is set up with, Ceremony a request to a passkey.
	Proposal Purpose = "proposal"
	Ceremony Purpose = "ceremony"
	// OwnDone is what was done on a page of the own account.
	OwnDone Purpose = "own done"
	// ConsoleDone is what was done in the console.
	ConsoleDone Purpose = "console done"
	// ConsoleRun is what a trial of a client's flow in the console has yielded.
	ConsoleRun Purpose = "console run"
	trial      Purpose = "trial"
)

// binderLength is that of 32 random bytes in base64url.
const binderLength = 43

// Seal encrypts a value and binds it to the browser, and sets the cookie for that when there is
// none yet: another browser cannot use the value.
func (s *Sessions) Seal(w http.ResponseWriter, r *http.Request, p Purpose, plain []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.Config.Seal.SealFor(contextOf(s.binder(w, r), p), plain))
}

// Open returns what Seal got, or ErrForeign. The age of the value is for the caller to check.
func (s *Sessions) Open(r *http.Request, p Purpose, text string) ([]byte, error) {
	binder := s.cookie(r, binderCookie)
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(binder) != binderLength {
		return nil, ErrForeign
	}
	plain, err := s.Config.Seal.OpenFor(contextOf(binder, p), sealed)
	if err != nil {
		return nil, ErrForeign
	}
	return plain, nil
}

// Browser tells browsers apart: it is the same for all requests of one, and nothing that another can send. A
// browser that was shown no page yet is not known.
func (s *Sessions) Browser(r *http.Request) (id [sha256.Size]byte, known bool) {
	binder := s.cookie(r, binderCookie)
	return sha256.Sum256(contextOf(binder, browserID)), len(binder) == binderLength
}

// contextOf is unambiguous: no cookie contains a NUL.
func contextOf(binder string, p Purpose) []byte {
	if p == Authorization {
		return []byte(binder)
	}
	return []byte(binder + "\x00" + string(p))
}

// binder is the random value that sealed values of this browser are bound to. It is set by the
// first page.
func (s *Sessions) binder(w http.ResponseWriter, r *http.Request) string {
	if value := s.cookie(r, binderCookie); len(value) == binderLength {
		return value
	}
	if value, set := s.setBinder(w); set {
		return value
	}
	var raw [32]byte
	if _, err := io.ReadFull(s.Random, raw[:]); err != nil {
		panic("websession: no randomness: " + err.Error())
	}
	value := base64.RawURLEncoding.EncodeToString(raw[:])
	s.setCookie(w, binderCookie, value, untilClosed)
	return value
}

// setBinder is the binder that the response sets already: a page has several sealed values.
func (s *Sessions) setBinder(w http.ResponseWriter) (value string, set bool) {
	for _, line := range w.Header().Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == s.cookieName(binderCookie) {
			return c.Value, true
		}
	}
	return "", false
}
