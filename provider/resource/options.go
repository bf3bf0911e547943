package resource

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Options are the settings of a Verifier. Only Audience (or Resource) is required.
type Options struct {
	// Audience are the names of this API: one of them must be in the audience of a token. Without
	// the check, any other API could use the tokens that it gets here (RFC 9700 section 2.3). By
	// default it is Resource; where that is a bare origin, with a slash at its end and without.
	Audience []string

	// Resource is the URL of this API, its resource identifier (RFC 9728 section 1.2). With it,
	// challenges name the document that MetadataHandler serves.
	Resource string
	// Metadata is what else that document says.
	Metadata Metadata
	// Realm is the realm of challenges. By default there is none if Resource is set, and otherwise
	// it is the first audience, since a challenge needs a parameter (RFC 6750 section 3).
	Realm string

	// Algorithms are those that JWT access tokens may be signed by. By default they are RS, PS and
	// ES with 256, 384 and 512 bits, and EdDSA. Symmetric ones and none are refused.
	Algorithms []jose.SignatureAlgorithm
	// AcceptJWTType also accepts JWT access tokens whose type is JWT or missing, as providers send
	// that do not follow RFC 9068. ID tokens have that type too: they are refused by their claims,
	// as far as these tell.
	AcceptJWTType bool
	// Leeway is how far the clocks of provider and API may differ; by default 30 s, at most 5 min,
	// none if negative.
	Leeway time.Duration
	// MaxTokenBytes is how long a token may be; by default 16 KiB.
	MaxTokenBytes int

	// Introspection accepts tokens that are no JWTs. Without it, they are refused.
	Introspection *Introspection

	// Revocations refuses what the provider revoked, by its feed.
	Revocations *Revocations

	// ClientCertificates accepts tokens that are bound to a TLS client certificate (RFC 8705) if the
	// request came over a connection with that certificate. It must be this server that speaks TLS:
	// a certificate in a header is not read. Without it, tokens that are bound to a certificate are
	// refused, as tokens that are bound to a DPoP key always are.
	ClientCertificates bool

	// TokenFrom takes the token from elsewhere than the Authorization header, such as from a cookie.
	// An empty string means that there is none. The caller must see to cross-site request forgery
	// where browsers send it by themselves.
	TokenFrom func(*http.Request) (string, error)
	// ErrorHandler writes the response to a refused request, by default a small JSON document. The
	// headers WWW-Authenticate, Retry-After and Cache-Control are set already; the handler writes
	// e.Status and a body.
	ErrorHandler func(w http.ResponseWriter, r *http.Request, e *Error)

	// Revoked tells whether a token was revoked before it expires. It is called at each verification,
	// of cached tokens too, so it must be fast, and safe for concurrent use. It must not change what
	// the slices of the principal hold.
	Revoked func(Principal) bool

	// HTTPClient makes the requests to the provider; it is the place for certificates of a private
	// authority, and for a proxy. By default it is a client with limits of its own. Redirects are
	// not followed, whatever the client says.
	HTTPClient *http.Client
	// Timeout is how long one request to the provider may take; by default 5 s.
	Timeout time.Duration
	// AllowHTTP accepts an issuer, and endpoints of such an issuer, without TLS on other hosts than the
	// loopback ones, and such a Resource. Metadata of an https issuer may name no others than https.
	// Whoever is between API and provider can then forge tokens.
	AllowHTTP bool

	// KeysURL is where the keys are, for a provider without metadata.
	KeysURL string
	// KeysMaxAge bounds how long keys are used before they are fetched again, whatever Cache-Control
	// says; by default 1 h. The lower bound is 1 min.
	KeysMaxAge time.Duration
	// KeysOffline is how long keys are used while the provider cannot be reached; by default 24 h.
	KeysOffline time.Duration
	// KeysCooldown is the shortest time between two fetches for the sake of unknown keys; by default
	// 10 s. However many tokens name unknown keys, the provider sees one request in that time.
	KeysCooldown time.Duration

	// CacheSize is how many verified tokens are kept, by default 10,000. One takes about 2 KiB.
	CacheSize int

	// Clock tells the time; by default time.Now.
	Clock func() time.Time
	// Logger gets a line when keys cannot be fetched, for each key that is not understood, when
	// introspection fails (once in BreakerPause) or works again, and when the revocation feed fails, is
	// lost or works again;
	// by default slog.Default. Tokens are never logged.
	Logger *slog.Logger
}

// Introspection is how tokens that are no JWTs are checked (RFC 7662).
type Introspection struct {
	// ClientID and ClientSecret are what this API is registered with at the provider. They are sent
	// by client_secret_basic.
	ClientID, ClientSecret string
	// SecretInBody sends them by client_secret_post instead.
	SecretInBody bool
	// SigningKey authenticates by private_key_jwt (RFC 7523) instead of a secret. It needs the
	// private Key, the Algorithm, and the KeyID that the provider knows it by.
	SigningKey *jose.JSONWebKey
	// HTTPClient, if set, makes the introspection requests in place of Options.HTTPClient. Without
	// ClientID its transport authenticates, in a way of its own.
	HTTPClient *http.Client
	// URL is the endpoint, for a provider without metadata.
	URL string

	// CacheFor is how long an active token is not asked about again, and so the longest time that a
	// revoked token is accepted; by default 10 s, not at all if negative. It is never accepted
	// beyond its expiry.
	CacheFor time.Duration
	// CacheInactiveFor is the same for tokens that are not active; by default 2 s, not at all if
	// negative.
	CacheInactiveFor time.Duration
	// Always introspects JWTs too, once they were verified locally: for APIs where a revoked token
	// must not be accepted until it expires. The provider must be one that introspects JWTs.
	Always bool

	// AudienceOptional accepts responses without aud: the provider decides by itself which tokens it
	// shows this API. Another audience is refused all the same.
	AudienceOptional bool
	// TypeOptional accepts responses that do not say that the token is an access token, by a
	// token_type of Bearer or by token_use. Set it only for a provider that does not show refresh
	// tokens to this API: it could not tell them from access tokens.
	TypeOptional bool

	// Concurrency is how many introspections run at once; by default 64. More wait, as long as
	// Options.Timeout.
	Concurrency int
	// BreakerFailures is how many failures in a row stop further introspections, and BreakerPause for
	// how long; by default 5, and 5 s, or longer if the provider's Retry-After says so, up to a minute.
	// Requests get status 503 at once then.
	BreakerFailures int
	BreakerPause    time.Duration
}
