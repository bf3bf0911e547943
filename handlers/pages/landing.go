package pages

import "net/http"

// Landing is the page at the root: what this server is, and its documents.
type Landing struct {
	Issuer string
	// Discovery, Metadata and Keys are paths.
	Discovery, Metadata, Keys string
}

// Landing writes the landing page.
func (s *Set) Landing(w http.ResponseWriter, page Landing) error {
	return s.write(w, http.StatusOK, "landing", page)
}
