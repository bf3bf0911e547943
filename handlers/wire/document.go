package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// Tag is the strong ETag of a document (RFC 9110 section 8.8.3).
func Tag(document []byte) string {
	sum := sha256.Sum256(document)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// WriteDocument writes a public JSON document that anyone may keep for the age, or 304 to a caller
// who has the version with the tag.
func WriteDocument(w http.ResponseWriter, r *http.Request, document []byte, tag string, age time.Duration) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(age/time.Second)))
	h.Set("ETag", tag)
	if NotModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	// RFC 7517 registers jwk-set+json for a key set; application/json is what every client library
	// accepts.
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(document)))
	_, _ = w.Write(document) // a caller who hung up cannot be told
}
