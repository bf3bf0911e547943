package resourcetest

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// The kinds of what RevokeBy ends, each named by a claim of the tokens: jti, grant_id, client_id, sub.
const (
	KindToken  = "token"
	KindGrant  = "grant"
	KindClient = "client"
	KindUser   = "user"
)

// feedScope opens the feed.
const feedScope = "gatehouse:revocations:read"

// keepFor is longer than any token of a test is valid.
const keepFor = 10 * 365 * 24 * time.Hour

// revocation is an event of the feed; At is in milliseconds.
type revocation struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	At   int64  `json:"at"`
}

// Revoke ends a token that this issuer issued: introspection says that it is not active, and the
// revocation feed tells its jti. A JWT is still signed.
func (i *Issuer) Revoke(token string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.revoked[token] = true
	if id, ok := i.issued[token]["jti"].(string); ok {
		i.tell(KindToken, id)
	}
}

// RevokeBy ends all tokens with the id in the claim of the kind, for introspection and in the revocation
// feed. Of a client and a user, tokens that are issued later are good: later by 6 seconds, since
// the clocks of a provider's servers may differ. See SetClock.
func (i *Issuer) RevokeBy(kind, id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.tell(kind, id)
}

// tell needs the lock.
func (i *Issuer) tell(kind, id string) {
	i.events = append(i.events, revocation{kind, id, i.clock().UnixMilli()})
	i.wake()
}

// wake has the requests that wait for news look again. It needs the lock.
func (i *Issuer) wake() {
	close(i.news)
	i.news = make(chan struct{})
}

// ended tells whether RevokeBy ended a token with these claims. It needs the lock.
func (i *Issuer) ended(claims Claims) bool {
	named := map[string]string{KindToken: "jti", KindGrant: "grant_id", KindClient: "client_id", KindUser: "sub"}
	for _, e := range i.events {
		if claims[named[e.Kind]] != e.ID {
			continue
		}
		issued, known := claims["iat"].(int64)
		if e.Kind == KindToken || e.Kind == KindGrant || !known || issued <= e.At/1000 {
			return true
		}
	}
	return false
}

// token issues access tokens for the feed, and no others (RFC 6749 section 4.4).
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if !i.authenticated(w, r) {
		return
	}
	if r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != feedScope {
		http.Error(w, `{"error":"invalid_scope"}`, http.StatusBadRequest)
		return
	}
	token := "feed_" + rand.Text()
	i.mu.Lock()
	i.readers[token] = true
	i.mu.Unlock()
	write(w, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": feedScope})
}

// revocations is the feed, as Gatehouse has it: deploy/docs/revocations.md describes it.
func (i *Issuer) revocations(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	cursor, wait := r.URL.Query().Get("cursor"), r.URL.Query().Get("wait")
	from, err := strconv.Atoi(cursor + "0") // without one it begins with the first
	seconds, waitErr := strconv.Atoi("0" + wait)
	i.mu.Lock()
	known, from := i.readers[token], from/10
	wrong := err != nil || waitErr != nil || from < 0 || from > len(i.events)
	i.mu.Unlock()
	switch {
	case !known:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, `{"error":"invalid_token"}`, http.StatusUnauthorized)
		return
	case wrong:
		http.Error(w, `{"error":"invalid_request"}`, http.StatusBadRequest)
		return
	}
	events, now := i.waitForNews(r, from, time.Duration(min(seconds, 25))*time.Second)
	if i.down.Load() {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	answer, err := json.Marshal(Claims{
		"iss": i.URL, "aud": i.ClientID, "iat": now.Unix(), "as_of": now.Unix(), "since": cursor, "cursor": strconv.Itoa(from + len(events)),
		"keep": int64(keepFor / time.Second), "events": events,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	signed, err := i.signed(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/revocations+jwt")
	_, _ = io.WriteString(w, signed)
}

// waitForNews returns the revocations from that one on, and when there were no others. While the issuer is
// down, or ends, it does not wait.
func (i *Issuer) waitForNews(r *http.Request, from int, wait time.Duration) ([]revocation, time.Time) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for over := false; ; {
		i.mu.Lock()
		events, now, news := append([]revocation{}, i.events[from:]...), i.clock(), i.news
		over = over || i.closed || i.down.Load()
		i.mu.Unlock()
		if over || len(events) > 0 {
			return events, now
		}
		select {
		case <-r.Context().Done():
			over = true
		case <-timer.C:
			over = true
		case <-news:
		}
	}
}

// signed is an answer of the feed by the newest key. A test may have ended while it is made, so it fails no test.
func (i *Issuer) signed(answer []byte) (string, error) {
	i.mu.Lock()
	key := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key},
		(&jose.SignerOptions{}).WithType("revocations+jwt"))
	if err != nil {
		return "", err
	}
	made, err := signer.Sign(answer)
	if err != nil {
		return "", err
	}
	return made.CompactSerialize()
}
