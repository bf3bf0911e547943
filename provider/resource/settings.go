package resource

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// asymmetric are the algorithms that can be allowed: whoever verifies by any other could sign too,
// and with HS256 a public key would be the secret.
func asymmetric() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.ES256, jose.ES384, jose.ES512, jose.EdDSA, jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	}
}

const (
	defaultTimeout     = 5 * time.Second
	largestLeeway      = 5 * time.Minute
	leastKeysMaxAge    = time.Minute
	defaultCacheSize   = 10_000
	defaultTokenBytes  = 16 << 10
	defaultConcurrency = 64
)

// withDefaults checks the options, and returns them without zero values.
func (o Options) withDefaults(issuer string) (Options, error) {
	if err := checkAddress("issuer", issuer, o.AllowHTTP); err != nil {
		return o, err
	}
	if strings.ContainsAny(issuer, "?#") {
		return o, errors.New("resource: the issuer has a query or a fragment (RFC 8414 section 2)")
	}
	if o.Resource != "" {
		if err := checkAddress("Resource", o.Resource, o.AllowHTTP); err != nil {
			return o, err
		}
		if len(o.Audience) == 0 {
			o.Audience = spellings(o.Resource)
		}
	}
	if len(o.Audience) == 0 || slices.Contains(o.Audience, "") {
		return o, errors.New("resource: Options.Audience is empty: it must name this API, or tokens for any other API would be accepted")
	}
	o.Audience = slices.Clone(o.Audience)
	if o.Realm == "" && o.Resource == "" {
		o.Realm = o.Audience[0]
	}
	if err := o.checkAlgorithms(); err != nil {
		return o, err
	}
	if o.Leeway > largestLeeway {
		return o, fmt.Errorf("resource: Options.Leeway of %s is more than %s", o.Leeway, largestLeeway)
	}
	o.Leeway = orDefault(o.Leeway, 30*time.Second)
	o.Timeout = positive(o.Timeout, defaultTimeout)
	o.KeysMaxAge = max(positive(o.KeysMaxAge, time.Hour), leastKeysMaxAge)
	o.KeysOffline = max(positive(o.KeysOffline, 24*time.Hour), o.KeysMaxAge)
	o.KeysCooldown = max(positive(o.KeysCooldown, 10*time.Second), time.Second)
	o.CacheSize = positive(o.CacheSize, defaultCacheSize)
	o.MaxTokenBytes = positive(o.MaxTokenBytes, defaultTokenBytes)
	if o.KeysURL != "" {
		if err := checkAddress("KeysURL", o.KeysURL, o.AllowHTTP); err != nil {
			return o, err
		}
	}
	if o.Clock == nil {
		o.Clock = time.Now //nolint:forbidigo // the API that imports the package need not have a clock of its own
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.HTTPClient = limited(o.HTTPClient, o.Timeout)
	if o.Revocations != nil {
		followed, err := o.Revocations.withDefaults(o)
		if err != nil {
			return o, err
		}
		o.Revocations = followed
	}
	if o.Introspection == nil {
		return o, nil
	}
	in, err := o.Introspection.withDefaults(o)
	o.Introspection = in
	return o, err
}

func (o *Options) checkAlgorithms() error {
	if len(o.Algorithms) == 0 {
		o.Algorithms = asymmetric()
	}
	for _, alg := range o.Algorithms {
		if !slices.Contains(asymmetric(), alg) {
			return fmt.Errorf("resource: the algorithm %q cannot be allowed: it is not asymmetric, or unknown", alg)
		}
	}
	o.Algorithms = slices.Clone(o.Algorithms)
	return nil
}

func (i Introspection) withDefaults(o Options) (*Introspection, error) {
	switch {
	case i.ClientID == "" && i.HTTPClient == nil:
		return nil, errors.New("resource: Introspection needs a ClientID, or an HTTPClient that authenticates")
	case i.ClientID != "" && i.ClientSecret == "" && i.SigningKey == nil && i.HTTPClient == nil:
		return nil, errors.New("resource: Introspection needs a ClientSecret or a SigningKey")
	case i.SigningKey != nil && (i.ClientID == "" || !signs(i.SigningKey)):
		return nil, errors.New("resource: Introspection.SigningKey needs a ClientID, a private key and its Algorithm")
	}
	if i.URL != "" {
		if err := checkAddress("Introspection.URL", i.URL, o.AllowHTTP); err != nil {
			return nil, err
		}
	}
	i.CacheFor = orDefault(i.CacheFor, 10*time.Second)
	i.CacheInactiveFor = orDefault(i.CacheInactiveFor, 2*time.Second)
	i.Concurrency = positive(i.Concurrency, defaultConcurrency)
	i.BreakerFailures = positive(i.BreakerFailures, 5)
	i.BreakerPause = positive(i.BreakerPause, 5*time.Second)
	if i.HTTPClient == nil {
		i.HTTPClient = o.HTTPClient
	} else {
		i.HTTPClient = limited(i.HTTPClient, o.Timeout)
	}
	return &i, nil
}

// spellings are those of a resource that clients send: of a bare origin with the last slash and without, which
// are equivalent (RFC 3986 section 6.2.3). Any other slash makes another resource.
func spellings(resource string) []string {
	u, err := url.Parse(resource)
	switch {
	case err != nil || strings.ContainsAny(resource, "?#"):
		return []string{resource}
	case u.Path == "":
		return []string{resource, resource + "/"}
	case u.Path == "/":
		return []string{resource, strings.TrimSuffix(resource, "/")}
	default:
		return []string{resource}
	}
}

// orDefault: zero takes the default, a negative number turns off what it limits.
func orDefault[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return max(value, 0)
}

func positive[T int | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// limited returns the client without redirects: a redirect could lead from the provider's own
// address to anybody's, or from TLS to none.
func limited(given *http.Client, timeout time.Duration) *http.Client {
	var c http.Client
	if given != nil {
		c = *given
	} else {
		c.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: timeout}).DialContext,
			TLSHandshakeTimeout:    timeout,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    defaultConcurrency,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		}
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// checkAddress accepts absolute URLs by https, and by http where nobody can be in between.
func checkAddress(name, text string, allowHTTP bool) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Opaque != "" {
		return fmt.Errorf("resource: %s is not the URL of a server", name)
	}
	if u.Scheme == "https" || (u.Scheme == "http" && (allowHTTP || loopback(u.Hostname()))) {
		return nil
	}
	return fmt.Errorf("resource: %s is not an https URL (Options.AllowHTTP accepts http)", name)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
