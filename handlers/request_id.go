package handlers

import (
	"encoding/hex"
	"io"
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
)

// nameRequest gives the request its id: that of a trusted proxy, so that one search finds
// the request in its log and in ours, or else one of our own.
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

// newRequestID panics when random fails: there is no safe way to go on without randomness.
func newRequestID(random io.Reader) string {
	var id [16]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		panic("handlers: no randomness: " + err.Error())
	}
	return hex.EncodeToString(id[:])
}

// isRequestID: [A-Za-z0-9._-]{1,64}, which no log and no header has to escape.
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
