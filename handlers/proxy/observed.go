package proxy

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
)

// observed remembers what is logged and counted of a response.
type observed struct {
	http.ResponseWriter

	status          int
	route, clientID string
	upload          *upload // nil: the request has no body
	closes          bool    // the connection may be closed: it is HTTP/1
}

// WriteHeader is part of http.ResponseWriter. Of several informational statuses and a final one the
// last counts.
func (o *observed) WriteHeader(status int) {
	if o.status = status; status >= http.StatusOK && o.closes && o.upload.unread() {
		o.Header().Set("Connection", "close") // the server would wait for the body first
	}
	o.ResponseWriter.WriteHeader(status)
}

// Write is part of http.ResponseWriter.
func (o *observed) Write(b []byte) (int, error) {
	if o.status < http.StatusOK && o.status != http.StatusSwitchingProtocols {
		o.status = http.StatusOK
	}
	return o.ResponseWriter.Write(b)
}

// Hijack is part of http.Hijacker. What is written then is not seen here.
func (o *observed) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, both, err := http.NewResponseController(o.ResponseWriter).Hijack()
	if err == nil {
		o.status = http.StatusSwitchingProtocols
	}
	return connection, both, err //nolint:wrapcheck // the caller compares it
}

// Unwrap lets http.ResponseController flush.
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
