package handlers

import (
	"encoding/hex"
	"io"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
)

// nameRequest sets the request id: that of a trusted proxy, so that one search finds the request in
// both logs, or else a new one.
func nameRequest(trusted proxies, random io.Reader, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var id string
		if sent := r.Header["X-Request-Id"]; len(sent) == 1 && isRequestID(sent[0]) && trusted.contains(parseAddress(r.RemoteAddr)) {
			id = sent[0]
		} else {
			id = newRequestID(random)
		}
		canonical.From(r.Context()).RequestID = id
		w.Header()["X-Request-Id"] = []string{id}
		next.ServeHTTP(w, r)
	})
}

// newRequestID panics when random fails: without randomness the server cannot work safely.
func newRequestID(random io.Reader) string {
	var id [16]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		panic("handlers: no randomness: " + err.Error())
	}
	return hex.EncodeToString(id[:])
}

// isRequestID tells whether an id matches [A-Za-z0-9._-]{1,64}, which needs no escaping in logs and
// headers.
func isRequestID(text string) bool {
	if len(text) == 0 || len(text) > 64 {
		return false
	}
	for _, c := range []byte(text) {
		if ('a' > c || c > 'z') && ('A' > c || c > 'Z') && ('0' > c || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
