package resource

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// refuse counts a refusal and writes it.
func (v *Verifier) refuse(w http.ResponseWriter, r *http.Request, e *Error) {
	v.stats.refused[e.Reason].Add(1)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if e.Status == http.StatusServiceUnavailable {
		// No challenge: a client would throw a token away that may be good.
		h.Set("Retry-After", strconv.FormatInt(max(1, int64((e.RetryAfter+time.Second-1)/time.Second)), 10))
	} else {
		h.Set("WWW-Authenticate", v.challenge.header(e))
	}
	if v.options.ErrorHandler != nil {
		v.options.ErrorHandler(w, r, e)
		return
	}
	writeError(w, e)
}

// RefuseToken refuses a request whose token has passed, but has something in it that the caller cannot do
// with: 401 and invalid_token, as if its claims were bad. The cause is for Options.ErrorHandler.
func (v *Verifier) RefuseToken(w http.ResponseWriter, r *http.Request, cause error) {
	v.refuse(w, r, refuse(BadClaims).because(cause))
}

func (v *Verifier) counted(e *Error) *Error {
	v.stats.refused[e.Reason].Add(1)
	return e
}

func writeError(w http.ResponseWriter, e *Error) {
	code := e.Code
	switch e.Status {
	case http.StatusUnauthorized:
		if code == "" { // for the challenge alone, it has none
			code = "missing_token"
		}
	case http.StatusServiceUnavailable:
		code = "temporarily_unavailable"
	}
	body, err := json.Marshal(struct {
		Code        string `json:"error"`
		Description string `json:"error_description"`
	}{code, e.Description})
	if err != nil {
		return // two strings can always be marshaled
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(e.Status)
	_, _ = w.Write(body)
}
