package websession

import (
	"net/http"
	"time"
)

// KeepProposal seals what an authenticator app is to be set up with for the form of the page, and keeps it in the browser as well:
// the page that is loaded again, or in another language, has to show what was scanned already. The age of it, and whose it is, are
// for the caller to check.
func (s *Sessions) KeepProposal(w http.ResponseWriter, r *http.Request, plain []byte, lifetime time.Duration) (sealed string) {
	sealed = s.Seal(w, r, Proposal, plain)
	s.setCookie(w, proposalCookie, sealed, int(lifetime/time.Second))
	return sealed
}

// KeptProposal is the sealed text that KeepProposal kept in this browser, or empty.
func (s *Sessions) KeptProposal(r *http.Request) string { return s.cookie(r, proposalCookie) }

// DropProposal forgets it: the app is set up.
func (s *Sessions) DropProposal(w http.ResponseWriter, r *http.Request) {
	if s.cookie(r, proposalCookie) != "" {
		s.setCookie(w, proposalCookie, "", deleted)
	}
}
