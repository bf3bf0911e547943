package websession

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// codesLifetime is how long recovery codes wait for the page that shows them. The browser asks for it at once.
const codesLifetime = time.Minute

// shownCodes are recovery codes for the user whose they are.
type shownCodes struct {
	UserID provider.ID `json:"u"`
	Codes  []string    `json:"c"`
	At     time.Time   `json:"t"`
}

// KeepCodes keeps recovery codes in the browser, sealed, for the page that shows them. They are not on the answer to the form that
// made them: reloaded, that would send the form again, and make others.
func (s *Sessions) KeepCodes(w http.ResponseWriter, r *http.Request, userID provider.ID, codes []string) {
	plain, err := json.Marshal(shownCodes{userID, codes, s.Clock.Now(r.Context())})
	if err != nil {
		panic("websession: " + err.Error()) // it is made of texts
	}
	s.setCookie(w, codesCookie, s.Seal(w, r, recoveryCodes, plain), int(codesLifetime/time.Second))
}

// TakeCodes returns the codes of KeepCodes for the page that shows them to their user, once: nil afterwards, in another browser, and
// for another user.
func (s *Sessions) TakeCodes(w http.ResponseWriter, r *http.Request, userID provider.ID) []string {
	text := s.cookie(r, codesCookie)
	if text == "" {
		return nil
	}
	s.setCookie(w, codesCookie, "", deleted)
	var kept shownCodes
	plain, err := s.Open(r, recoveryCodes, text)
	if err != nil || json.Unmarshal(plain, &kept) != nil || kept.UserID != userID || s.Clock.Now(r.Context()).Sub(kept.At) >= codesLifetime {
		return nil
	}
	return kept.Codes
}
