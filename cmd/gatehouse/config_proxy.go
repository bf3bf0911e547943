package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// proxySettings are those of "gatehouse proxy" alone.
type proxySettings struct {
	// ProxyListen is where the proxy takes requests, ProxyOpsListen where its probes, metrics and
	// public keys are.
	ProxyListen    string `koanf:"proxy_listen"`
	ProxyOpsListen string `koanf:"proxy_ops_listen"`
	// ProxyUpstream is the API. With ProxyForwardAuth another proxy asks instead, and reaches the API
	// itself.
	ProxyUpstream    string `koanf:"proxy_upstream"`
	ProxyForwardAuth bool   `koanf:"proxy_forward_auth"`
	// ProxyAudience are names of the API of which a token must have one. ProxyResource is its URL, by
	// which clients find the provider (RFC 9728).
	ProxyAudience []string `koanf:"proxy_audience"`
	ProxyResource string   `koanf:"proxy_resource"`
	// ProxyRequire are scopes that every path requires, ProxyRoutes are of the form /PREFIX=SCOPE for
	// those that require others, and ProxyPublic are prefixes that need no token.
	ProxyRequire []string `koanf:"proxy_require"`
	ProxyRoutes  []string `koanf:"proxy_routes"`
	ProxyPublic  []string `koanf:"proxy_public"`
	// ProxyClientID and ProxyClientSecret are those of a client that introspects. Without them only JWTs
	// are accepted.
	ProxyClientID         string `koanf:"proxy_client_id"`
	ProxyClientSecret     string `koanf:"proxy_client_secret"`
	ProxyClientSecretFile string `koanf:"proxy_client_secret_file"`
	// ProxyIntrospectJWTs asks the provider about JWTs too. ProxyIntrospectionCache is how long an
	// answer is good, and so how long a revoked token is accepted.
	ProxyIntrospectJWTs     bool          `koanf:"proxy_introspect_jwts"`
	ProxyIntrospectionCache time.Duration `koanf:"proxy_introspection_cache"`
	// ProxyRevocations follows what the provider revokes, so that a revoked token is refused within a
	// second, JWTs too and without introspection. The client must be registered for the grant
	// client_credentials and the scope gatehouse:revocations:read.
	ProxyRevocations bool `koanf:"proxy_revocations"`
	// ProxyRevocationsMaxAge is how old the knowledge of what was revoked may be. While it is older, JWTs
	// are introspected. Where the provider does not answer, those are accepted that were issued less than
	// ProxyRevocationsAcceptAge ago, none by default; others get status 503.
	ProxyRevocationsMaxAge    time.Duration `koanf:"proxy_revocations_max_age"`
	ProxyRevocationsAcceptAge time.Duration `koanf:"proxy_revocations_accept_age"`
	// ProxyPassToken sends the access token on to the API.
	ProxyPassToken bool `koanf:"proxy_pass_token"`
	// ProxyPreserveHost sends the API the Host header of the client, in place of that of ProxyUpstream.
	ProxyPreserveHost bool `koanf:"proxy_preserve_host"`
	// ProxyCORSPreflight passes preflight requests of browsers (CORS) on to the API, which have no token
	// and get no identity, and lets scripts of every origin read the proxy's refusals.
	ProxyCORSPreflight bool `koanf:"proxy_cors_preflight"`
	// ProxyTimeout is how long the API may take to begin its response.
	ProxyTimeout time.Duration `koanf:"proxy_timeout"`
	// ProxyTLSCert and ProxyTLSKey are PEM files. With ProxyClientCertificates tokens are accepted
	// that are bound to the certificate of the client (RFC 8705), but not with ProxyForwardAuth.
	ProxyTLSCert            string `koanf:"proxy_tls_cert"`
	ProxyTLSKey             string `koanf:"proxy_tls_key"`
	ProxyClientCertificates bool   `koanf:"proxy_client_certificates"`
	// ProxySigningKeys are PEM files with keys of P-256: the first signs the header X-Auth-Assertion,
	// all are published. Without any, each process makes its own.
	ProxySigningKeys []string `koanf:"proxy_signing_keys"`
	// ProxyAssertionIssuer and ProxyAssertionAudience are iss and aud of the assertion; the audience is
	// ProxyUpstream by default, and the first of ProxyAudience with ProxyForwardAuth.
	ProxyAssertionIssuer   string `koanf:"proxy_assertion_issuer"`
	ProxyAssertionAudience string `koanf:"proxy_assertion_audience"`
}

func proxyDefaults() proxySettings {
	return proxySettings{
		ProxyListen:             "127.0.0.1:8090",
		ProxyOpsListen:          "127.0.0.1:9465",
		ProxyIntrospectionCache: 10 * time.Second,
		ProxyRevocationsMaxAge:  time.Minute,
		ProxyTimeout:            time.Minute,
		ProxyAssertionIssuer:    "gatehouse-proxy",
	}
}

// leastFeedAge is the shortest that provider/resource can keep to.
const leastFeedAge = 2 * time.Second

// validateProxy judges what "gatehouse proxy" needs, but not what its parts judge themselves.
func (c *config) validateProxy() error {
	var faults []error
	fault := func(format string, arguments ...any) { faults = append(faults, fmt.Errorf(format, arguments...)) }
	if c.Issuer == "" {
		fault("%s is not set: give the issuer of the tokens, such as https://id.example.com", c.named("issuer"))
	}
	if len(c.ProxyAudience) == 0 && c.ProxyResource == "" {
		fault("%s is not set: name the API, or tokens for any other would be accepted", c.named("proxy_audience"))
	}
	if (c.ProxyUpstream == "") != c.ProxyForwardAuth {
		fault("give %s, or else %s", c.named("proxy_upstream"), c.named("proxy_forward_auth"))
	}
	if u, err := url.Parse(c.ProxyUpstream); c.ProxyUpstream != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		fault("%s %q is not the address of an API, such as http://127.0.0.1:3000", c.named("proxy_upstream"), c.ProxyUpstream)
	}
	for key, address := range map[string]string{"proxy_listen": c.ProxyListen, "proxy_ops_listen": c.ProxyOpsListen} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			fault("%s %q must be HOST:PORT, such as 127.0.0.1:8090", c.named(key), address)
		}
	}
	if (c.ProxyClientID == "") != (c.ProxyClientSecret == "") {
		fault("%s and %s go together: set both or neither", c.named("proxy_client_id"), c.named("proxy_client_secret"))
	}
	if c.ProxyIntrospectJWTs && c.ProxyClientID == "" {
		fault("%s needs %s", c.named("proxy_introspect_jwts"), c.named("proxy_client_id"))
	}
	if c.ProxyRevocations && c.ProxyClientID == "" {
		fault("%s needs %s", c.named("proxy_revocations"), c.named("proxy_client_id"))
	}
	if c.ProxyRevocationsMaxAge < leastFeedAge {
		fault("%s must be %s at least: a request that waits for news takes half of it", c.named("proxy_revocations_max_age"), leastFeedAge)
	}
	if c.ProxyRevocationsAcceptAge < 0 {
		fault("%s must not be negative", c.named("proxy_revocations_accept_age"))
	}
	if c.ProxyRevocationsAcceptAge > 0 && !c.ProxyRevocations {
		fault("%s needs %s", c.named("proxy_revocations_accept_age"), c.named("proxy_revocations"))
	}
	if c.ProxyTimeout <= 0 {
		fault("%s must be positive", c.named("proxy_timeout"))
	}
	if (c.ProxyTLSCert == "") != (c.ProxyTLSKey == "") {
		fault("%s and %s go together: set both or neither", c.named("proxy_tls_cert"), c.named("proxy_tls_key"))
	}
	if c.ProxyClientCertificates && c.ProxyTLSCert == "" {
		fault("%s needs %s: a certificate in a header is not read", c.named("proxy_client_certificates"), c.named("proxy_tls_cert"))
	}
	if c.ProxyClientCertificates && c.ProxyForwardAuth {
		fault("%s needs %s: with %s it is the other proxy that connects", c.named("proxy_client_certificates"), c.named("proxy_upstream"), c.named("proxy_forward_auth"))
	}
	return errors.Join(faults...)
}

// verification are the options by which tokens are checked.
func (c *config) verification() (resource.Options, error) {
	o := resource.Options{
		Audience: c.ProxyAudience, Resource: c.ProxyResource, ClientCertificates: c.ProxyClientCertificates,
	}
	var err error
	if o.HTTPClient, err = c.issuerClient(); err != nil {
		return o, err
	}
	if c.ProxyClientID != "" {
		o.Introspection = &resource.Introspection{
			ClientID: c.ProxyClientID, ClientSecret: c.ProxyClientSecret, Always: c.ProxyIntrospectJWTs, CacheFor: c.ProxyIntrospectionCache,
		}
		if c.ProxyIntrospectionCache == 0 { // to the package, zero is its default
			o.Introspection.CacheFor = -1
		}
	}
	if c.ProxyRevocations {
		o.Revocations = &resource.Revocations{
			ClientID: c.ProxyClientID, ClientSecret: c.ProxyClientSecret, MaxAge: c.ProxyRevocationsMaxAge, AcceptAge: c.ProxyRevocationsAcceptAge,
		}
	}
	return o, nil
}

// signingKeysOfProxy reads the keys, or makes one that ends with the process.
func (c *config) signingKeysOfProxy() ([]*ecdsa.PrivateKey, error) {
	if len(c.ProxySigningKeys) == 0 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return []*ecdsa.PrivateKey{key}, err
	}
	var keys []*ecdsa.PrivateKey
	for _, path := range c.ProxySigningKeys {
		text, err := os.ReadFile(strings.TrimSpace(path))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.named("proxy_signing_keys"), err)
		}
		key, err := parseECKey(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %s is not a PEM file with a private key of P-256 (make one with: openssl ecparam -name prime256v1 -genkey -noout)", c.named("proxy_signing_keys"), path)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

var errNoECKey = errors.New("no EC key")

func parseECKey(text []byte) (*ecdsa.PrivateKey, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if ec, ok := key.(*ecdsa.PrivateKey); ok {
				return ec, nil
			}
		}
	}
	return nil, errNoECKey
}

// assertionAudience is the API, as the assertion names it.
func (c *config) assertionAudience() string {
	switch {
	case c.ProxyAssertionAudience != "":
		return c.ProxyAssertionAudience
	case c.ProxyUpstream != "":
		return c.ProxyUpstream
	case len(c.ProxyAudience) > 0:
		return c.ProxyAudience[0]
	default:
		return c.ProxyResource
	}
}
