package resource

import (
	"context"
	"crypto/sha512"
	"crypto/x509"
	"sync"
	"time"
)

// Verifier checks the access tokens of one provider for one API. It is safe for concurrent use.
type Verifier struct {
	issuer        string
	options       Options
	provider      *provider
	keys          *keySource
	introspection *introspector // nil: opaque tokens are refused
	feed          *feed         // nil: revocations are not followed
	verified      *cache[*entry]
	stats         counters
	challenge     challenge
	buffers       sync.Pool // of *[]byte, for hash
	ownClient     bool      // nobody else uses options.HTTPClient
}

// entry is a verified token, as it is cached.
type entry struct {
	principal *Principal
	verifier  *Verifier
	// until is when the entry must not be used any more.
	until time.Time
	// set and key are those that verified a JWT.
	set *keySet
	key thumbprint
	// asked: the provider was asked about the token.
	asked bool
}

// New makes a Verifier for an issuer, exactly as it is in the provider's metadata and in the claim
// iss of its tokens.
//
// It returns an error for wrong options only: an API can start before its provider. The metadata
// and the keys are fetched in the background, and again when a request needs them. Until that
// worked, requests with a token get status 503; Ready waits for it. Of ctx only the values count,
// not its end: every fetch has a limit of its own.
func New(ctx context.Context, issuer string, options Options) (*Verifier, error) {
	o, err := options.withDefaults(issuer)
	if err != nil {
		return nil, err
	}
	v := &Verifier{issuer: issuer, options: o, verified: newCache[*entry](o.CacheSize), ownClient: options.HTTPClient == nil}
	if v.challenge, err = newChallenge(o); err != nil {
		return nil, err
	}
	v.provider = newProvider(issuer, o)
	v.keys = newKeySource(v.provider, o, &v.stats)
	if o.Introspection != nil {
		v.introspection = newIntrospector(v)
	}
	v.keys.refresh(ctx, o.Clock(), scheduled)
	if o.Revocations != nil {
		v.feed = newFeed(ctx, v)
	}
	return v, nil
}

// Ready fetches the metadata and the keys unless that was done already. With Options.Revocations and no
// introspection it also waits, for Options.Timeout at most, until the feed was read for the first time: before
// that JWTs are refused with status 503. It is for readiness probes, and for programs that would rather not
// start without their provider. A feed that is lost later does not make it fail: that is the same for all
// processes of an API. See Stats.
func (v *Verifier) Ready(ctx context.Context) error {
	if _, err := v.keys.current(ctx, v.options.Clock()); err != nil {
		return refuse(ProviderUnavailable).because(err)
	}
	if v.feed == nil || v.introspection != nil {
		return nil
	}
	if err := v.feed.ready(ctx); err != nil {
		return refuse(ProviderUnavailable).because(err)
	}
	return nil
}

// Verify checks an access token and returns who it speaks for. It is for tokens that did not come
// by HTTP: in gRPC metadata, in messages. The error is always an *Error. Tokens that are bound to a
// key are refused, since nothing proves possession of it.
func (v *Verifier) Verify(ctx context.Context, token string) (Principal, error) {
	return v.VerifyWithCertificate(ctx, token, nil)
}

// VerifyWithCertificate is Verify for tokens that may be bound to the certificate of a TLS client
// (RFC 8705). The caller must have checked that the client has its private key, as crypto/tls does
// in the handshake.
func (v *Verifier) VerifyWithCertificate(ctx context.Context, token string, certificate *x509.Certificate) (Principal, error) {
	e, refused := v.verify(ctx, token, certificate)
	if refused != nil {
		return Principal{}, v.counted(refused)
	}
	return e.principal.copied(), nil
}

// Check tells whether a principal fulfils a requirement. The error is always an *Error.
func (v *Verifier) Check(p Principal, need Requirement) error {
	if refused := need.check(&p, &v.options); refused != nil {
		return v.counted(refused)
	}
	return nil
}

// verify checks everything that does not depend on the endpoint. What depends on the request or may
// change at any time is checked of cached tokens too.
func (v *Verifier) verify(ctx context.Context, token string, certificate *x509.Certificate) (*entry, *Error) {
	if len(token) > v.options.MaxTokenBytes {
		return nil, refuse(TokenTooLong)
	}
	now := v.options.Clock()
	hash := v.hash(token)
	e, refused := v.find(ctx, token, hash, now)
	if refused != nil {
		return nil, refused
	}
	if v.feed != nil {
		if e, refused = v.feed.check(ctx, token, hash, e, now); refused != nil {
			return nil, refused
		}
	}
	p := e.principal
	if p.Confirmation.Bound() && (!v.options.ClientCertificates || !p.Confirmation.provenBy(certificate)) {
		return nil, refuse(ProofMissing)
	}
	if v.options.Revoked != nil && v.options.Revoked(*p) {
		return nil, refuse(Revoked)
	}
	v.stats.accepted(e)
	return e, nil
}

// hash is of the length of SHA-256, and faster for JWTs on processors without instructions for that.
// It copies the token to a buffer that is there already: a conversion to bytes would allocate for
// each request.
func (v *Verifier) hash(token string) [32]byte {
	buffer, ok := v.buffers.Get().(*[]byte)
	if !ok {
		buffer = new([]byte)
	}
	*buffer = append((*buffer)[:0], token...)
	sum := sha512.Sum512_256(*buffer)
	clear(*buffer)
	v.buffers.Put(buffer)
	return sum
}

// find looks a token up, and otherwise verifies it. What it was verified by must still hold: a key
// that the provider withdrew accepts no cached token either.
func (v *Verifier) find(ctx context.Context, token string, hash [32]byte, now time.Time) (*entry, *Error) {
	if e, ok := v.verified.get(hash); ok && now.Before(e.until) {
		if e.set == nil || v.keys.stillHolds(ctx, e, now) {
			v.stats.cacheHits.Add(1)
			return e, nil
		}
	}
	v.stats.cacheMisses.Add(1)
	if !wellFormed(token) {
		return nil, refuse(MalformedToken)
	}
	var local *entry
	switch {
	case isJWT(token):
		var refused *Error
		if local, refused = v.verifyJWT(ctx, token, now); refused != nil {
			return nil, refused
		}
		if v.introspection == nil || !v.options.Introspection.Always {
			v.verified.put(hash, local)
			return local, nil
		}
	case v.introspection == nil:
		return nil, refuse(OpaqueToken)
	}
	return v.introspection.ask(ctx, token, hash, local)
}
