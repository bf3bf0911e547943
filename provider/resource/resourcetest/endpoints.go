package resourcetest

import (
	"crypto/subtle"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"

	"github.com/go-jose/go-jose/v4"
)

func (i *Issuer) unlessDown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (i *Issuer) metadata(w http.ResponseWriter, _ *http.Request) {
	write(w, map[string]any{
		"issuer": i.URL, "jwks_uri": i.URL + "/jwks", "introspection_endpoint": i.URL + "/introspect",
		"authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
		"revocation_feed_endpoint": i.URL + "/revocations",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
	})
}

func (i *Issuer) keySet(w http.ResponseWriter, _ *http.Request) {
	i.keyFetches.Add(1)
	i.mu.Lock()
	set := jose.JSONWebKeySet{}
	for _, key := range i.keys {
		set.Keys = append(set.Keys, key.Public())
	}
	i.mu.Unlock()
	write(w, set)
}

// introspect is for the client of this issuer (RFC 7662 section 2.1).
func (i *Issuer) introspect(w http.ResponseWriter, r *http.Request) {
	i.introspections.Add(1)
	if i.authenticated(w, r) {
		write(w, i.answer(r.PostFormValue("token")))
	}
}

// authenticated tells whether the client of this issuer asks, by client_secret_basic (RFC 6749 section
// 2.3.1), and answers anybody else.
func (i *Issuer) authenticated(w http.ResponseWriter, r *http.Request) bool {
	id, secret, _ := r.BasicAuth()
	id, idErr := url.QueryUnescape(id)
	secret, secretErr := url.QueryUnescape(secret)
	if idErr != nil || secretErr != nil || id != i.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(i.ClientSecret)) != 1 {
		w.Header().Set("WWW-Authenticate", "Basic")
		http.Error(w, `{"error":"invalid_client"}`, http.StatusUnauthorized)
		return false
	}
	return true
}

func (i *Issuer) answer(token string) Claims {
	i.mu.Lock()
	defer i.mu.Unlock()
	claims, ok := i.issued[token]
	if !ok || i.revoked[token] || i.ended(claims) || i.expired(claims["exp"]) {
		return Claims{"active": false}
	}
	answer := Claims{"active": true}
	maps.Copy(answer, claims)
	return answer
}

func (i *Issuer) expired(at any) bool {
	switch seconds := at.(type) {
	case int64:
		return i.clock().Unix() >= seconds
	case int:
		return i.clock().Unix() >= int64(seconds)
	default:
		return false
	}
}

func write(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(document)
}
