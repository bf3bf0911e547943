package pages

import (
	"net/http"
	"strconv"
)

// framedPolicy is for the page that other sites have in a frame.
const framedPolicy = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

// CheckSession writes the page that applications frame to learn whether the session of the browser has
// changed. It shows nothing, and is the same for everybody.
func (s *Set) CheckSession(w http.ResponseWriter) error {
	script, err := s.assets.path("check_session.js")
	if err != nil {
		return err
	}
	page := `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Session</title><script src="` + script + `"></script></head><body></body></html>`
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", framedPolicy)
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	_, _ = w.Write([]byte(page)) // fails only when the client has disconnected
	return nil
}
