package handlers

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Config is what the frame needs. All of it is needed, but for what says otherwise.
type Config struct {
	// Issuer is the address of the server as the outside knows it, without a path.
	Issuer string
	// Prefix is where the OAuth endpoints stand, like /oauth; it may be empty.
	Prefix string
	// Routes are the endpoints, which other packages provide.
	Routes []route.Route
	// Guards enforce the protections that routes name; those that none names may be nil.
	Guards route.Guards
	// Records seals what an error_uri leads to.
	Records *refusal.Recorder
	// Refusals explains the checks on error pages and under error_uri.
	Refusals *refusal.Catalogue
	// Origins knows the origins of public clients.
	Origins OriginChecker
	// HSTSIncludeSubdomains has browsers use https for the subdomains of the issuer, too.
	HSTSIncludeSubdomains bool
	// TrustedProxies may say where a request came from; may be empty.
	TrustedProxies []netip.Prefix
	// AllowedHosts are the host names that the server answers to, without ports; empty
	// for all.
	AllowedHosts []string
	// Limiter counts requests against the policies of the table that their routes name.
	Limiter  ratelimit.Limiter
	Policies *ratelimit.Table
	// Metrics and Traces are what requests are counted and traced by; nil for not at all.
	Metrics *metrics.Metrics
	Traces  trace.TracerProvider
	// Pages writes the pages.
	Pages *pages.Set
	// QuietAssets has successful requests for stylesheets, scripts and images logged at level
	// debug: in development they hide the others.
	QuietAssets bool
	// Timeout is the time that a request may take; 0 stands for 10 s.
	Timeout time.Duration
	Clock   provider.Clock
	Random  io.Reader
	Log     *slog.Logger
}

// New builds the public handler. It fails for a setting that is missing or malformed, and
// for a route table that is wrong.
func New(c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	return c.serve(c.Pages, slices.Concat(c.Routes, c.ownRoutes()))
}

func (c Config) check() error {
	if c.Pages == nil || c.Records == nil || c.Origins == nil || c.Limiter == nil || c.Policies == nil || c.Clock == nil || c.Random == nil || c.Log == nil {
		return errors.New("pages, records, origins, limiter, policies, clock, random and log are needed")
	}
	issuer, err := url.Parse(c.Issuer)
	if err != nil || issuer.Host == "" || issuer.Scheme+"://"+issuer.Host != c.Issuer {
		return fmt.Errorf("the issuer %q is not of the form https://host", c.Issuer)
	}
	return checkPrefix(c.Prefix)
}

// serve puts the chain together; doc.go draws it.
func (c Config) serve(set *pages.Set, table []route.Route) (http.Handler, error) {
	if err := checkTable(table, c.Guards); err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	aliases, err := aliasTable(table)
	if err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	render := &renderer{issuer: c.Issuer, records: c.Records, refusals: c.Refusals, clock: c.Clock, pages: set}

	limited := limitedRoutes{c, map[string]*limits{}}
	for _, entry := range table {
		if limited.limits[entry.Name], err = limitsOf(entry, c.Limiter, c.Policies); err != nil {
			return nil, fmt.Errorf("handlers: %w", err)
		}
	}
	h, err := newRouter(table, render, limited.around)
	if err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	h = checkHost(c.AllowedHosts, render, h)
	h = limitTime(timeout, h)
	h = nameRequest(c.TrustedProxies, c.Random, h)
	h = findClientAddress(c.TrustedProxies, newUndeclared(c.Log, c.Clock), h)
	h = securityHeaders(c.Issuer, c.HSTSIncludeSubdomains, h)
	h = observer{
		log: c.Log, clock: c.Clock, tracer: newTracer(c.Traces, c.TrustedProxies),
		meter:       meter{c.Metrics, c.Prefix + "/token", c.Prefix + "/introspect"},
		quietAssets: c.QuietAssets,
	}.around(h)
	return rewriteAliases(aliases, h), nil
}

// limitedRoutes are the routes with their rate limits, by name.
type limitedRoutes struct {
	Config

	limits map[string]*limits
}

// around puts around one endpoint what depends on its route.
func (c limitedRoutes) around(entry route.Route, endpoint route.HandlerFunc) route.HandlerFunc {
	_, guarded := c.Guards.Of(entry.Protection)
	if guarded {
		endpoint = guard(c.Guards, entry.Protection, endpoint)
	}
	h := c.limits[entry.Name].around(limitBody(entry.MaxBody, endpoint))
	if guarded || entry.Protection == route.ClientAuthenticated {
		h = uncached(h)
	}
	h = crossOrigin(entry.CORS, c.Origins, h)
	return recovered(c.Log, h)
}
