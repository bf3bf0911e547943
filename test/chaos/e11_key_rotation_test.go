package chaos_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// verifier is a resource server that caches the key set for its full lifetime and does not
// fetch it again for an unknown key ID.
type verifier struct {
	node    *node
	mu      sync.Mutex
	set     jose.JSONWebKeySet
	fetched time.Time
}

const cacheLifetime = time.Second

func (v *verifier) good(token string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if time.Since(v.fetched) > cacheLifetime {
		response, err := v.node.http.Get(v.node.url + "/oauth/jwks")
		if err != nil {
			return false
		}
		raw, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if v.set = (jose.JSONWebKeySet{}); err != nil || json.Unmarshal(raw, &v.set) != nil {
			return false
		}
		v.fetched = time.Now()
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return false
	}
	keys := v.set.Key(jws.Signatures[0].Header.KeyID)
	if len(keys) != 1 {
		return false
	}
	_, err = jws.Verify(keys[0].Key)
	return err == nil
}

// E11: keys rotate under load. A token of one server verifies against the cached key set of
// the other, and still verifies after its key was replaced.
func TestE11KeyRotation(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 2, "--access-token-format", "jwt")
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(scale(15, 120))*time.Second)
		defer cancel()
		// Servers load a new key within 2 seconds; the cache expires one second later.
		go func() {
			for ctx.Err() == nil {
				f.nodes[0].command("", "key", "rotate", "--alg", "ES256", "--in", "8s")
				time.Sleep(500 * time.Millisecond)
			}
		}()
		var signed, failures atomic.Int64
		var mu sync.Mutex
		signers := map[string]bool{}
		var old []string
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				seen := &verifier{node: f.at(i + 1)}
				for ctx.Err() == nil {
					token := f.at(i).token(f.secret, url.Values{"grant_type": {"client_credentials"}}).text("access_token")
					if signed.Add(1); !seen.good(token) {
						failures.Add(1)
						continue
					}
					jws, _ := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
					mu.Lock()
					if kid := jws.Signatures[0].Header.KeyID; !signers[kid] {
						signers[kid] = true
						old = append(old, token)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for _, token := range old {
			if !(&verifier{node: f.nodes[0]}).good(token) || !f.nodes[1].active(f.secret, token) {
				failures.Add(1)
			}
		}
		result(t, "signature failures %d of %d, keys that signed %d", failures.Load(), signed.Load(), len(signers))
		assert.Zero(t, failures.Load())
		require.Greater(t, len(signers), 3)
		assert.Equal(t, http.StatusOK, f.nodes[0].token(f.secret, url.Values{"grant_type": {"client_credentials"}}).status)
	})
}
