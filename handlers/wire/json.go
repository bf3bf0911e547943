package wire

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// JSONType is the content type of JSON.
const JSONType = "application/json"

// WriteJSON responds with v. It marshals before it writes: when it returns an error, nothing was
// written, and the response can still be that error. Unless the endpoint said otherwise, the response
// is not stored: it may contain a token (RFC 6749 section 5.1) or a state that changes.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("marshal response: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", JSONType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if len(h["Cache-Control"]) == 0 {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that disconnected cannot be told
	return nil
}
