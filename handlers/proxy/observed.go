package proxy

import (
	"encoding/json"
	"net/http"
)

// observed remembers what is logged and counted of a response.
type observed struct {
	http.ResponseWriter

	status          int
	route, clientID string
}

// WriteHeader is part of http.ResponseWriter. Of several informational statuses and a final one the
// last counts.
func (o *observed) WriteHeader(status int) {
	o.status = status
	o.ResponseWriter.WriteHeader(status)
}

// Write is part of http.ResponseWriter.
func (o *observed) Write(b []byte) (int, error) {
	if o.status < http.StatusOK && o.status != http.StatusSwitchingProtocols {
		o.status = http.StatusOK
	}
	return o.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController flush and take the connection over.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// problem writes a response of the proxy's own (RFC 9457).
func problem(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{http.StatusText(status), status, detail})
	if err != nil {
		return // two strings and a number can always be marshaled
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
