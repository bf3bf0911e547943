package resource

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// provider finds the endpoints of the authorization server by its metadata (OpenID Connect
// Discovery section 4, RFC 8414 section 3).
type provider struct {
	issuer    string
	client    *http.Client
	clock     func() time.Time
	timeout   time.Duration
	allowHTTP bool
	keysURL   string // of the options
	asksURL   string // of the options, for introspection

	mu      sync.Mutex
	known   *endpoints
	fetched time.Time     // when it was known last; zero: it must be fetched
	running chan struct{} // closed when the fetch that runs is done
	tried   time.Time     // when the last fetch ended
	failure error         // of the last fetch
}

type endpoints struct {
	Issuer        string `json:"issuer"`
	JWKSURI       string `json:"jwks_uri"`
	Introspection string `json:"introspection_endpoint"`
	Token         string `json:"token_endpoint"`
	Revocations   string `json:"revocation_feed_endpoint"`
}

// metadataMaxAge is how long the metadata is used. Endpoints seldom move; while they cannot be
// fetched, the known ones are used.
const metadataMaxAge = time.Hour

// metadataPause is how long after a failure the known ones are used without another try.
const metadataPause = 10 * time.Second

func newProvider(issuer string, o Options) *provider {
	p := &provider{issuer: issuer, client: o.HTTPClient, clock: o.Clock, timeout: o.Timeout, allowHTTP: o.AllowHTTP, keysURL: o.KeysURL}
	if o.Introspection != nil {
		p.asksURL = o.Introspection.URL
	}
	return p
}

func (p *provider) keysAddress(ctx context.Context) (string, error) {
	if p.keysURL != "" {
		return p.keysURL, nil
	}
	found, err := p.endpoints(ctx)
	if err == nil && found.JWKSURI == "" {
		err = errors.New("the metadata has no jwks_uri")
	}
	if err != nil {
		return "", err
	}
	return found.JWKSURI, nil
}

func (p *provider) introspectionAddress(ctx context.Context) (string, error) {
	if p.asksURL != "" {
		return p.asksURL, nil
	}
	found, err := p.endpoints(ctx)
	if err == nil && found.Introspection == "" {
		err = errors.New("the metadata has no introspection_endpoint")
	}
	if err != nil {
		return "", err
	}
	return found.Introspection, nil
}

// endpoints fetches the metadata when it is old. Callers at the same time share one fetch.
func (p *provider) endpoints(ctx context.Context) (endpoints, error) {
	p.mu.Lock()
	if p.known != nil && !p.due(p.clock()) {
		defer p.mu.Unlock()
		return *p.known, nil
	}
	done := p.running
	if done == nil {
		done = make(chan struct{})
		p.running = done
		go p.fetch(context.WithoutCancel(ctx), done)
	}
	known := p.known
	p.mu.Unlock()
	if known != nil {
		return *known, nil // it is fetched again beside the request
	}
	select {
	case <-ctx.Done():
		return endpoints{}, ctx.Err()
	case <-done:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		return endpoints{}, p.failure
	}
	return *p.known, nil
}

// due tells whether the known metadata must be fetched again.
func (p *provider) due(now time.Time) bool {
	if since := now.Sub(p.tried); p.failure != nil && since >= 0 && since < metadataPause {
		return false
	}
	return now.Sub(p.fetched) >= metadataMaxAge
}

func (p *provider) fetch(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	found, err := p.discover(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	defer close(done)
	p.running, p.failure, p.tried = nil, err, p.clock()
	if err == nil {
		p.known, p.fetched = &found, p.tried
	}
}

// expire has the metadata fetched at its next use, for the sake of an endpoint that it lacks, or that
// does not answer: the provider may be a later version by then, or have moved it.
func (p *provider) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fetched = time.Time{}
}

// discover tries both well-known paths: providers of OpenID Connect have the first, others may have
// the second alone.
func (p *provider) discover(ctx context.Context) (endpoints, error) {
	var failures []error
	for _, address := range wellKnown(p.issuer) {
		var found endpoints
		if _, err := getJSON(ctx, p.client, address, metadataLimit, &found); err != nil {
			failures = append(failures, err)
			continue
		}
		// Otherwise one tenant of a server could pass for another (RFC 8414 section 3.3).
		if found.Issuer != p.issuer {
			return endpoints{}, fmt.Errorf("the metadata at %s is of the issuer %.200q", address, found.Issuer)
		}
		for name, endpoint := range map[string]string{"jwks_uri": found.JWKSURI, "introspection_endpoint": found.Introspection} {
			if endpoint == "" {
				continue
			}
			if err := p.checkEndpoint(name, endpoint); err != nil {
				return endpoints{}, err
			}
		}
		return found, nil
	}
	return endpoints{}, errors.Join(failures...)
}

// checkEndpoint checks an address of the metadata. A provider whose own address is https needs no exception:
// one that names another sends keys and secrets where anybody may be in between.
func (p *provider) checkEndpoint(name, endpoint string) error {
	return checkAddress(name, endpoint, p.allowHTTP && !strings.HasPrefix(strings.ToLower(p.issuer), "https:"))
}

// wellKnown: OpenID Connect appends the path to the issuer, RFC 8414 puts it before the issuer's.
func wellKnown(issuer string) []string {
	addresses := []string{strings.TrimSuffix(issuer, "/") + "/.well-known/openid-configuration"}
	if u, err := url.Parse(issuer); err == nil {
		path := strings.TrimSuffix(u.EscapedPath(), "/")
		addresses = append(addresses, u.Scheme+"://"+u.Host+"/.well-known/oauth-authorization-server"+path)
	}
	return addresses
}
