package handlers

import (
	"cmp"
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

// Config is what the frame needs. All fields are required unless they say otherwise.
type Config struct {
	// Issuer is the public URL of the server, without a path.
	Issuer string
	// Prefix is the path prefix of the OAuth endpoints, such as /oauth; it may be empty.
	Prefix string
	// Routes are the endpoints, which other packages provide.
	Routes []route.Route
	// Guards enforce the protections of routes; those that no route uses may be nil.
	Guards route.Guards
	// Records seals the records of error_uris.
	Records *refusal.Recorder
	// Refusals explains the checks on error pages and under error_uri.
	Refusals *refusal.Catalogue
	// Origins knows the origins of public clients.
	Origins OriginChecker
	// HSTSIncludeSubdomains makes browsers use https for the subdomains of the issuer, too.
	HSTSIncludeSubdomains bool
	// TrustedProxies are the networks whose X-Forwarded-For is trusted; may be empty.
	TrustedProxies []netip.Prefix
	// AllowedHosts are the host names that the server accepts, without ports; empty means all.
	AllowedHosts []string
	// Limiter counts requests against the policies of their routes.
	Limiter  ratelimit.Limiter
	Policies *ratelimit.Table
	// Metrics and Traces count and trace requests; nil: off.
	Metrics *metrics.Metrics
	// Figures counts requests for the console; nil: off.
	Figures figures
	Traces  trace.TracerProvider
	// Pages writes the pages.
	Pages *pages.Set
	// QuietAssets has successful requests for stylesheets, scripts and images logged at level
	// debug: in development they hide the others.
	QuietAssets bool
	// Timeout is the time that a request may take whose route says nothing else; 0 means 10 s.
	Timeout time.Duration
	Clock   provider.Clock
	Random  io.Reader
	Log     *slog.Logger
}

// New builds the public handler. It fails for a missing or malformed setting, and for an invalid
// route table.
func New(c Config) (http.Handler, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	return c.serve(c.Pages, c.Table())
}

// Table is every route that New serves.
func (c Config) Table() []route.Route { return slices.Concat(c.Routes, c.ownRoutes()) }

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

// serve builds the chain of handlers; doc.go shows it.
func (c Config) serve(set *pages.Set, table []route.Route) (http.Handler, error) {
	if err := checkTable(table, c.Guards); err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	aliases, err := aliasTable(table)
	if err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	render := &renderer{issuer: c.Issuer, records: c.Records, refusals: c.Refusals, clock: c.Clock, pages: set}

	limited := limitedRoutes{c, map[string]*limits{}}
	for _, entry := range table {
		if limited.limits[entry.Name], err = limitsOf(entry, c.Limiter, c.Policies); err != nil {
			return nil, fmt.Errorf("handlers: %w", err)
		}
	}
	h, err := newRouter(table, render, limitTime(c.Timeout, notFound), limited.around)
	if err != nil {
		return nil, fmt.Errorf("handlers: %w", err)
	}
	h = checkHost(c.AllowedHosts, render, h)
	h = nameRequest(c.TrustedProxies, c.Random, h)
	h = findClientAddress(c.TrustedProxies, newUndeclared(c.Log, c.Clock), h)
	h = securityHeaders(c.Issuer, c.HSTSIncludeSubdomains, h)
	h = observer{
		log: c.Log, clock: c.Clock, tracer: newTracer(c.Traces, c.TrustedProxies),
		meter:       meter{c.Metrics, c.Figures, c.Prefix + "/token", c.Prefix + "/introspect"},
		quietAssets: c.QuietAssets,
	}.around(h)
	return rewriteAliases(aliases, h), nil
}

// limitedRoutes are the routes with their rate limits, by name.
type limitedRoutes struct {
	Config

	limits map[string]*limits
}

// around wraps an endpoint in what depends on its route.
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
	return postponable(func(h route.HandlerFunc) route.HandlerFunc {
		return recovered(c.Log, limitTime(cmp.Or(entry.Timeout, c.Timeout), h))
	}, h)
}
