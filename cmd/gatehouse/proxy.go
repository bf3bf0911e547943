package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/proxy"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func newProxy(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "proxy",
		Short: "Protect an API that is written in any language",
		Long: `Stands before an API and lets requests through that have an access token with the
scopes that their path requires. It needs no database, and no other part of Gatehouse
on this machine.

The API is told who a request is from:

  X-Auth-Issuer, X-Auth-Subject, X-Auth-Client-Id, X-Auth-Scopes
  X-Auth-Assertion   all of it as a JWT, by the keys at /jwks of --ops-listen

What clients send under these names is removed, and the access token is not passed
on, unless --pass-token is given. An API that others can reach, too, must check the
assertion.

With --forward-auth it answers another proxy at /forward-auth: nginx, Caddy, Traefik.

Each flag is a setting as well: GATEHOUSE_PROXY_AUDIENCE, GATEHOUSE_PROXY_ROUTES for
--route, and so on; of several values, separated by commas.`,
		Example: `  gatehouse proxy --issuer https://id.example.com --audience invoices-api \
    --upstream http://127.0.0.1:3000 --require invoices:read
  gatehouse proxy --issuer https://id.example.com --audience invoices-api \
    --upstream http://127.0.0.1:3000 --require invoices:read \
    --route "/admin=invoices:admin" --public /healthz
  gatehouse proxy --issuer https://id.example.com --audience invoices-api \
    --forward-auth --revocations \
    --client-id invoices-api --client-secret-file /etc/api.secret`,
		Args: cobra.NoArgs,
	}
	withoutFlags(cmd, "data-dir", "database-url", "dev")
	flags := cmd.Flags()
	flags.String("issuer", "", "issuer of the tokens, such as https://id.example.com")
	setting := func(name, key string) {
		// The only error is of a flag that is not there.
		if err := flags.SetAnnotation(name, settingOfFlag, []string{"proxy_" + key}); err != nil {
			panic(err)
		}
	}
	for _, f := range []struct{ name, key, usage string }{
		{"upstream", "upstream", "address of the API, such as http://127.0.0.1:3000"},
		{"resource", "resource", "public URL of the API, by which clients find the issuer (RFC 9728)"},
		{"listen", "listen", "address to take requests at (default 127.0.0.1:8090)"},
		{"ops-listen", "ops_listen", "address of probes, metrics and public keys (default 127.0.0.1:9465)"},
		{"client-id", "client_id", "client that introspects; without it only JWTs are accepted"},
		{"client-secret-file", "client_secret_file", "file with its secret (or GATEHOUSE_PROXY_CLIENT_SECRET)"},
		{"tls-cert", "tls_cert", "PEM file with the certificate to listen with"},
		{"tls-key", "tls_key", "PEM file with its private key"},
		{"assertion-issuer", "assertion_issuer", "iss of the assertion (default gatehouse-proxy)"},
		{"assertion-audience", "assertion_audience", "aud of the assertion (default the upstream, else the first audience)"},
	} {
		flags.String(f.name, "", f.usage)
		setting(f.name, f.key)
	}
	for _, f := range []struct{ name, key, usage string }{
		{"audience", "audience", "name of the API in tokens; repeat for several"},
		{"require", "require", "scope that every path requires; repeat for several"},
		{"route", "routes", "/PREFIX=SCOPE: what paths below a prefix require instead; the longest prefix counts"},
		{"public", "public", "prefix of paths that need no token"},
		{"signing-key", "signing_keys", "PEM file with a key of P-256 that signs the assertion; further ones are published only"},
	} {
		flags.StringArray(f.name, nil, f.usage)
		setting(f.name, f.key)
	}
	for _, f := range []struct{ name, key, usage string }{
		{"forward-auth", "forward_auth", "answer another proxy at " + proxy.ForwardAuthPath},
		{"introspect-jwts", "introspect_jwts", "ask the issuer about JWTs too, so that revoked ones are refused"},
		{"revocations", "revocations", "follow what the issuer revokes, so that it is refused within a second"},
		{"pass-token", "pass_token", "send the access token on to the API"},
		{"preserve-host", "preserve_host", "send the client's Host header to the API, in place of that of the upstream"},
		{"cors-preflight", "cors_preflight", "pass preflight requests of browsers on without a token, and let scripts read refusals"},
		{"client-certificates", "client_certificates", "accept tokens that are bound to the client's certificate (RFC 8705)"},
	} {
		flags.Bool(f.name, false, f.usage)
		setting(f.name, f.key)
	}
	for _, f := range []struct{ name, key, usage string }{
		{"introspection-cache", "introspection_cache", "how long an answer of the issuer is good (default 10s)"},
		{"revocations-max-age", "revocations_max_age", "how old the knowledge of what was revoked may be (default 1m)"},
		{"revocations-accept-age", "revocations_accept_age", "while it is not known what was revoked, and the issuer does not answer, accept JWTs of this age"},
		{"timeout", "timeout", "how long the API may take to begin its response (default 1m)"},
	} {
		flags.Duration(f.name, 0, f.usage)
		setting(f.name, f.key)
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(cmd, env.Environ)
		if err != nil {
			return err
		}
		c.nameProxyFlags(flags)
		if err := c.validateProxy(); err != nil {
			return err
		}
		return env.proxy(cmd.Context(), c)
	}
	return cmd
}

// proxy is the composition root of "gatehouse proxy".
func (e *environment) proxy(ctx context.Context, c config) error {
	log, flush, err := e.startLog(ctx, c)
	if err != nil {
		return err
	}
	defer flush()
	routes, err := proxy.ParseRoutes(c.ProxyRequire, c.ProxyRoutes, c.ProxyPublic)
	if err != nil {
		return c.faultOfRoutes(err)
	}
	trusted, err := c.trustedProxies()
	if err != nil {
		return err
	}
	options, err := c.verification()
	if err != nil {
		return err
	}
	options.Clock, options.Logger = e.clock, log
	options.Metadata.Scopes = scopesOf(routes)
	verifier, err := resource.New(ctx, c.Issuer, options)
	if err != nil {
		return c.faultOfVerifier(err)
	}
	defer verifier.Close()
	keys, err := c.signingKeysOfProxy()
	if err != nil {
		return err
	}
	signer, err := proxy.NewSigner(proxy.SignerConfig{
		Keys: keys, Issuer: c.ProxyAssertionIssuer, Audience: c.assertionAudience(), Clock: e.clock, Random: e.random,
	})
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	counts, err := metrics.NewProxy(registry, metrics.Options{Version: version, Clock: e.clock}, verifier.Stats)
	if err != nil {
		return err
	}
	transport, err := c.proxyTransport()
	if err != nil {
		return err
	}
	transport.ResponseHeaderTimeout = c.ProxyTimeout
	var upstream *url.URL
	if c.ProxyUpstream != "" {
		if upstream, err = url.Parse(c.ProxyUpstream); err != nil {
			return err
		}
	}
	public, err := proxy.New(proxy.Config{
		Verifier: verifier, Signer: signer, Routes: routes, Upstream: upstream, Transport: transport,
		Describe: c.ProxyResource != "", PassToken: c.ProxyPassToken, PreserveHost: c.ProxyPreserveHost, CORSPreflight: c.ProxyCORSPreflight, TrustedProxies: trusted,
		Count: func(route, method string, status int, seconds float64) {
			counts.HTTP.Observe(route, method, status, seconds, "")
		},
		Clock: e.clock, Log: log,
	})
	if err != nil {
		return err
	}
	drain := &handlers.Drain{}
	ops := http.NewServeMux()
	ops.Handle("/", handlers.NewOps(log, metrics.Handler(registry, log), drain.Check(), handlers.ReadyCheck{Name: "issuer", Check: verifier.Ready}))
	ops.Handle("GET /jwks", signer.KeySet())

	err = c.listenAsProxy(listeners{log: log, drain: drain, public: public, ops: ops, welcome: e.Out}).run(ctx)
	if ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) {
		log.WarnContext(ctx, "requests in progress were cut off", "after", finishTime.String())
		return nil // a stream has no end to wait for
	}
	return err
}

// listenAsProxy has listeners take the settings of the proxy.
func (c config) listenAsProxy(l listeners) listeners {
	c.Dev = false
	c.Listen, c.OpsListen, c.TLSCert, c.TLSKey = c.ProxyListen, c.ProxyOpsListen, c.ProxyTLSCert, c.ProxyTLSKey
	for _, key := range []string{"listen", "ops_listen"} {
		c.origin[key] = c.named("proxy_" + key)
	}
	l.config, l.ops = c, handlers.OnlyHosts(opsHosts(c), l.ops)
	l.server = func(handler http.Handler, log *slog.Logger) *http.Server {
		s := handlers.NewHTTPServer(handler, log)
		if c.ProxyUpstream != "" {
			s.ReadTimeout, s.WriteTimeout = 0, 0 // uploads, downloads and streams take as long as the API lets them
		}
		s.TLSConfig = handlers.TLSConfig()
		if c.ProxyClientCertificates {
			s.TLSConfig.ClientAuth = tls.RequestClientCert // who issued it does not matter: the token names its hash
		}
		return s
	}
	return l
}

// scopesOf are the scopes that a client can need, each once.
func scopesOf(routes []proxy.Route) []string {
	var scopes []string
	for _, r := range routes {
		for _, scope := range r.Scopes {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	return scopes
}
