package resource

import (
	"context"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Revocations follows the provider's feed of what it revoked, so that a revoked JWT is refused within
// a second, without introspection. The provider must have such a feed, as Gatehouse has: its metadata
// names a revocation_feed_endpoint. Its answers are signed, by one of Options.Algorithms. Close ends it.
//
// While the feed is not known, before it was read for the first time and once it was lost for longer
// than MaxAge, JWTs are introspected if Options.Introspection is set. Where it is not, or the provider
// does not answer, those are accepted that are not older than AcceptAge, and others get status 503.
type Revocations struct {
	// ClientID and ClientSecret are what this API is registered with at the provider, for the grant
	// client_credentials and the scope gatehouse:revocations:read.
	ClientID, ClientSecret string
	// SecretInBody sends them by client_secret_post, instead of client_secret_basic.
	SecretInBody bool
	// SigningKey authenticates by private_key_jwt (RFC 7523) instead of a secret, as that of
	// Introspection does.
	SigningKey *jose.JSONWebKey
	// Token returns an access token for the feed, for an API that authenticates in another way. It is
	// called for each request, and must return when its context ends. ClientID is the audience of the
	// answers still.
	Token func(context.Context) (string, error)
	// URL is the feed, for a provider without metadata. It needs Token.
	URL string

	// MaxAge is how old the knowledge of the feed may be; by default 1 min. It is the longest time that
	// a revoked token is accepted while the feed is lost.
	MaxAge time.Duration
	// AcceptAge is how old, by iat, JWTs may be that are accepted without the feed and without an answer
	// of introspection; by default none are.
	AcceptAge time.Duration
	// Wait is how long one request waits for news; by default 20 s, and at most half of MaxAge. Requests
	// that something cuts short are followed by shorter ones.
	Wait time.Duration
	// Remember is how many revocations are remembered; by default 1,000,000. One takes about 180 bytes. While
	// there are more that a token can be valid for, single tokens that expire last are treated as without the
	// feed; where there is none of those to drop, the feed is lost.
	Remember int
}

const defaultRemembered = 1_000_000

func (r Revocations) withDefaults(o Options) (*Revocations, error) {
	switch {
	case r.ClientID == "" || (r.ClientSecret == "" && r.SigningKey == nil && r.Token == nil):
		return nil, errors.New("resource: Revocations needs a ClientID, and a ClientSecret, a SigningKey or a Token")
	case r.SigningKey != nil && !signs(r.SigningKey):
		return nil, errors.New("resource: Revocations.SigningKey needs a private key and its Algorithm")
	}
	if r.URL != "" {
		if r.Token == nil {
			return nil, errors.New("resource: Revocations.URL needs a Token")
		}
		if err := checkAddress("Revocations.URL", r.URL, o.AllowHTTP); err != nil {
			return nil, err
		}
	}
	r.MaxAge = positive(r.MaxAge, time.Minute)
	r.AcceptAge = max(r.AcceptAge, 0)
	r.Remember = positive(r.Remember, defaultRemembered)
	r.Wait = min(positive(r.Wait, 20*time.Second), r.MaxAge/2) // a request that waits says nothing until it is over
	if limit := o.HTTPClient.Timeout; limit > 0 {              // it would cut the requests that wait
		r.Wait = min(r.Wait, limit/2)
	}
	if r.Wait < time.Second {
		return nil, errors.New("resource: Revocations needs a MaxAge and an HTTPClient.Timeout of 2 s at least, and a Wait of 1 s")
	}
	return &r, nil
}
