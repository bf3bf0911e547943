package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// DocumentAge is how long the discovery documents and the key set may be kept. A new signing
// key is published at least this long before it signs.
const DocumentAge = 5 * time.Minute

// Discovery serves a metadata document (RFC 8414, OpenID Connect Discovery).
func Discovery(document []byte) func(http.ResponseWriter, *http.Request) error {
	tag := etag(document)
	return func(w http.ResponseWriter, r *http.Request) error {
		writeDocument(w, r, document, tag)
		return nil
	}
}

// keySet publishes the signing keys.
type keySet interface {
	JWKS(ctx context.Context) ([]byte, error)
}

// JWKS serves the key set (RFC 7517 section 5).
func JWKS(keys keySet) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		document, err := keys.JWKS(r.Context())
		if err != nil {
			return err
		}
		writeDocument(w, r, document, etag(document))
		return nil
	}
}

func etag(document []byte) string {
	sum := sha256.Sum256(document)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

func writeDocument(w http.ResponseWriter, r *http.Request, document []byte, tag string) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(DocumentAge/time.Second)))
	h.Set("ETag", tag)
	if wire.NotModified(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	// RFC 7517 registers jwk-set+json for the key set; application/json is what every
	// client library accepts.
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(document)))
	_, _ = w.Write(document) // a caller who hung up cannot be told
}
