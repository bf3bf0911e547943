package oauth

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
)

// DocumentAge is how long the discovery documents and the key set may be kept. A new signing
// key is published at least this long before it signs.
const DocumentAge = 5 * time.Minute

// Discovery serves a metadata document (RFC 8414, OpenID Connect Discovery).
func Discovery(document []byte) func(http.ResponseWriter, *http.Request) error {
	tag := wire.Tag(document)
	return func(w http.ResponseWriter, r *http.Request) error {
		wire.WriteDocument(w, r, document, tag, DocumentAge)
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
		wire.WriteDocument(w, r, document, wire.Tag(document), DocumentAge)
		return nil
	}
}
