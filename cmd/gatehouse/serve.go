package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/handlers"
	"github.com/gatehouse-id/gatehouse/handlers/accounts"
	"github.com/gatehouse-id/gatehouse/handlers/api"
	"github.com/gatehouse-id/gatehouse/handlers/browser"
	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/handlers/firstadmin"
	"github.com/gatehouse-id/gatehouse/handlers/itself"
	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/reference"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/cache"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/logo"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/revocation"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/storage"
)

func newServe(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: `Runs the server until it gets SIGTERM or SIGINT; then it finishes the requests in progress.

With --dev it runs for trying out: on loopback, over http, with demo clients whose
secrets are public, in a database of its own.

With --conformance it runs for the OpenID Foundation's conformance suite, on loopback or
a private address, with one user and clients whose secrets are public, in a database of
its own. CONFORMANCE_SERVER is the suite's address (default
https://localhost.emobix.co.uk:8443). Without GATEHOUSE_RATE_LIMITS no limit stops it. It never runs on another database.`,
		Example: `  gatehouse serve --dev
  GATEHOUSE_ISSUER=https://id.example.com gatehouse serve`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.String("issuer", "", "public address, such as https://id.example.com")
	flags.String("listen", "", "address of the public endpoints (default 127.0.0.1:8080)")
	flags.String("ops-listen", "", "address of probes and profiles (default 127.0.0.1:9464)")
	flags.Bool("conformance", false, "run for the OpenID conformance suite, with clients whose secrets are public")
	flags.Bool("migrate", false, "bring a Postgres schema up to date first")
	flags.Bool("allow-newer-schema", false, "run on a schema that a newer version migrated")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := loadConfig(cmd, env.Environ)
		if err != nil {
			return err
		}
		if err := c.validate(); err != nil {
			return err
		}
		return env.serve(cmd.Context(), c)
	}
	return cmd
}

// serve is the composition root: it reads from top to bottom.
func (e *environment) serve(ctx context.Context, c config) (err error) {
	log, flush, err := e.startLog(ctx, c)
	if err != nil {
		return err
	}
	defer flush()
	t, err := e.telemetry(ctx, c)
	if err != nil {
		return err
	}
	defer t.traces.close(ctx, &err)
	tally := audit.NewTally()
	h, err := e.openInstance(ctx, c, log, t.statement, append(t.listeners(log), tally.Hear)...)
	if err != nil {
		log.ErrorContext(ctx, "the server cannot start", "error", err) // in the words of the database, which the last line has not
		return err
	}
	defer h.close(&err)
	if err := h.seed(ctx, e.clock()); err != nil {
		return err
	}
	if err := h.ensureKeys(ctx, log); err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}

	directory := client.NewDirectory(h.store, t.lookups("clients"))
	h.registry = h.registry.Beside(directory)
	origins := client.NewOrigins(h.store)
	scopes := consent.NewKnown(h.store)
	watcher := cache.NewWatcher(h.store, log, h.refreshRing(log), directory.Flush, origins.Learn, scopes.Learn, h.keys.Refresh, h.imported.Refresh)
	watcher.OnClients(directory.ForgetAll)
	if c.clientRegistrationMode() != registration.Open { // where it is, every origin is allowed
		watcher.OnClients(func(ctx context.Context, _ []string) error { return origins.Learn(ctx) })
	}
	if err := watcher.Check(ctx); err != nil { // what they know, they know from the first request on
		return fmt.Errorf("read the catalogue: %w", err)
	}
	limits, err := e.limits(h, t, tally, log)
	if err != nil {
		return err
	}
	defer limits.close(&err)
	if err := t.watch(h, limits); err != nil { //nolint:contextcheck // what is watched is asked at each scrape, which has no context
		return err
	}
	set, err := c.pages()
	if err != nil {
		return err
	}
	texts, err := c.texts()
	if err != nil {
		return err
	}
	feed := revocation.NewPublisher(h.store, e.clock, t.metrics.Revocations, log)
	if err := t.metrics.Revocations.Watch(feed.Age); err != nil {
		return err
	}
	public, err := e.publicHandler(h, set, texts, directory, origins, scopes, feed, limits, t, log)
	if err != nil {
		return err
	}
	var application http.Handler
	if c.serveDemo() {
		application = e.demoApplication(c, set, log)
	}
	drain := &handlers.Drain{}
	ops := handlers.OnlyHosts(opsHosts(c), handlers.NewOps(log, t.page(log), drain.Check(), handlers.ReadyCheck{Name: "database", Check: h.store.Writable}))

	background := []func(context.Context){watcher.Run, feed.Run, func(ctx context.Context) { tally.Run(ctx, h.gate, log) }, func(ctx context.Context) { t.figures.Run(ctx, h.store, log) }}
	sender, err := e.sender(h, t, log)
	if err != nil {
		return err
	}
	messages, err := e.messageSender(h, texts, t, log)
	if err != nil {
		return err
	}
	background = append(background, messages.Run)
	logouts, err := e.logoutJob(h, directory, t, log)
	if err != nil {
		return err
	}
	for _, job := range h.jobs(log, e.clock, t.metrics.Jobs, sender, messages, logouts) {
		background = append(background, func(ctx context.Context) { h.store.Run(ctx, job, e.random) })
	}
	e.tuneCollector()
	e.addProcessors()
	if err := h.inviteFirst(ctx, log); err != nil {
		return fmt.Errorf("invite the first administrator: %w", err)
	}
	return listeners{config: c, log: log, drain: drain, public: public, ops: ops, demo: application, welcome: e.Out}.run(ctx, background...)
}

// ensureKeys brings the operator's own key in, and makes those that are missing.
func (h *instance) ensureKeys(ctx context.Context, log *slog.Logger) error {
	if path := h.config.PrivateKeyPath; path != "" {
		pem, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			return fmt.Errorf("GATEHOUSE_PRIVATE_KEY_PATH: %w", err)
		}
		switch err := h.keys.Provide(ctx, audit.BackgroundJob("start"), pem, []byte(h.config.PrivateKeyPassphrase)); {
		case errors.Is(err, keys.ErrFormer): // serving goes on with the keys that are ours
			log.WarnContext(ctx, "GATEHOUSE_PRIVATE_KEY_PATH is not imported: remove the setting, or bring another key", "path", path, "cause", err)
		case err != nil:
			return fmt.Errorf("GATEHOUSE_PRIVATE_KEY_PATH %s: %w", path, err)
		}
	}
	return h.keys.Ensure(ctx, audit.BackgroundJob("start"), h.config.keyAlgorithms()...)
}

// jobs are what one replica at a time does in the background.
func (h *instance) jobs(log *slog.Logger, clock provider.Clock, m *metrics.Jobs, sender *webhook.Sender, messages *notify.Sender, others ...storage.Job) []storage.Job {
	jobs := append(others, storage.NewJanitor(h.store, log, clock, m.Removed).Job(), storage.NewSkeletons(h.store).Job(), h.keyringJob(log), messageJob(messages), h.deletionJob(m), h.clientExpiryJob(clock, m))
	if every := h.config.KeyRotation; every > 0 {
		schedule := keys.NewSchedule(h.keys, every, h.config.KeyPublishAhead, h.config.keyAlgorithms()...)
		jobs = append(jobs, storage.Job{Name: "key-rotation", Every: time.Minute, Lease: 5 * time.Minute, Work: schedule.Rotate})
	}
	jobs = append(append(jobs, h.auditJobs(log, clock, m)...), h.webhookJobs(sender, clock, m)...)
	for i, job := range jobs {
		m.Expect(job.Name)
		jobs[i].Ran = func(took time.Duration, err error) { m.Ran(job.Name, took.Seconds(), err) }
	}
	return jobs
}

// publicHandler puts the protocol together over the domain.
func (e *environment) publicHandler(h *instance, set *pages.Set, texts *notify.Texts, directory *client.Directory, origins *client.Origins, scopes *consent.Known, feed *revocation.Publisher, limits limits, t *telemetry, log *slog.Logger) (http.Handler, error) {
	c := h.config
	tokenKey := h.ring.Key(keyring.TokenHash)
	fetch, err := c.outbound(t.aroundFetches)
	if err != nil {
		return nil, err
	}
	h.registry = h.registry.WithSectors(client.NewSectors(fetch, e.clock))
	clientKeys := oauth.NewClientKeys(fetch, e.clock)
	answers := oauth.NewAnswers(h.subjects, h.keys, clientKeys)
	assertions := oauth.NewAssertions(clientKeys, h.secrets, h.store, e.clock, c.ClientSecretJWT, c.Issuer, c.Issuer+c.paths().Token)
	authenticator := oauth.NewAuthenticator(directory, h.secrets, client.NewUpgrades(h.secrets, h.store, directory, h.events), assertions, e.clock)
	idTokens := oauth.NewIDTokens(h.keys, h.store, scopes, answers, c.Issuer, e.clock, c.IDTokenLifetime)
	issuer := grant.NewIssuer(h.store, tokenKey, oauth.NewMinter(h.keys, h.store, h.subjects, c.Issuer), h.events, h.gate, e.clock, e.random, c.lifetimes())
	passwords := ratelimit.NewSignIn(limits.limiter, limits.table)
	h.people.Limit(ratelimit.NewRecoveries(limits.limiter, limits.table), passwords)
	h.people.RenewAttempts(ratelimit.NewRenewals(limits.limiter, limits.state, limits.table))
	h.factors.Limit(ratelimit.NewFactors(limits.limiter, limits.table))
	h.outbox.OnRefusal(t.messageRefused)
	signIn := account.NewSignIn(h.store, h.people, h.hasher, passwords, h.events)
	protocol, err := oauth.New(oauth.Settings{
		Issuer:        c.Issuer,
		Paths:         c.paths(),
		RequirePKCE:   c.RequirePKCE,
		ResponseTypes: c.responseTypes(),
		SharedKeys:    c.ClientSecretJWT,
		UILocales:     set.Tags(),
		Registration:  h.people.Policy().Offers(),
		OfferedACR:    c.offeredACR(),

		ClientRegistration: c.clientRegistrationMode() != registration.Off,
		ClientDocuments:    len(c.documentHosts()) > 0,
	}, oauth.Domain{
		Authenticator: authenticator,
		Clients:       directory,
		Codes:         grant.NewCodes(h.store, h.store, issuer),
		Refresh:       grant.NewRefresher(h.store, h.store, issuer, h.ring.Key(keyring.RefreshSuccessor), h.imported),
		Issuer:        issuer,
		Tokens:        h.inspector,
		IDTokens:      idTokens,
		Users:         h.store,
		Consents:      h.store,
		Audit:         h.gate,
		Scopes:        scopes,
		SignIn:        signIn,
		Factors:       h.demands,
		Transactions:  h.store,
		Clock:         e.clock,

		RequestObjects: h.requestObjects(clientKeys, fetch, e.clock),
	})
	if err != nil {
		return nil, err
	}
	registrations, err := h.registrations(protocol, registration.DocumentDomain{Clients: directory, Fetch: fetch, Prefix: ratelimit.Prefix}, clientKeys, limits, e)
	if err != nil {
		return nil, err
	}
	t.metrics.Tokens.Expect(protocol.GrantTypes()...)
	metadata, err := protocol.Metadata().Document()
	if err != nil {
		return nil, err
	}
	proxies, err := c.trustedProxies()
	if err != nil {
		return nil, err
	}
	administrators, err := c.apiAllow()
	if err != nil {
		return nil, err
	}
	web, err := websession.New(websession.Config{
		Issuer: c.Issuer, Manager: h.sessions, Seal: h.ring.Key(keyring.Flow), Devices: h.ring.Key(keyring.Device), Remember: c.RememberSecondFactor, Watched: c.SessionManagement, Idle: c.SessionIdle, Clock: e.clock, Random: e.random,
	})
	if err != nil {
		return nil, err
	}
	people := browser.New(browser.Config{
		Issuer:        c.Issuer,
		Lifetimes:     c.lifetimes(),
		Authorize:     protocol,
		AuthorizePath: c.paths().Authorization,
		LogoutPath:    c.paths().EndSession,

		CheckSessionPath: c.paths().CheckSession,
		Logout:           oauth.NewLogout(directory, idTokens),
		LeftOut:          t.framesLeftOut,
		Web:              web,
		Sessions:         h.sessions,
		SignIn:           signIn,
		Users:            h.store,
		Factors:          h.demands,
		Codes:            h.factors,
		Apps:             h.factors,
		Mails:            h.factors,
		Passkeys:         h.passkeys,
		Notices:          h.people,
		Landing: pages.Landing{
			Issuer: c.Issuer, Discovery: oauthhandlers.DiscoveryPath, Metadata: oauthhandlers.MetadataPath, Keys: c.paths().JWKS,
			Reference: reference.Path, Demo: c.demoURL(), Playground: c.playgroundPath(),
		},
		KeepSignedIn: c.KeepSignedIn,
		Registration: h.people.Policy().Offers(),
		Recovery:     c.sendsMail() || c.sendsSMS(),
		Phones:       c.sendsSMS(),
		Scopes:       h.catalogue,
		Logos:        logo.NewCache(directory, fetch, e.clock),
		Pages:        set,
		Seal:         h.ring.Key(keyring.Flow),
		Clock:        e.clock,
		Random:       e.random,
	})
	mine := h.ownAccount(web, set)
	own, err := itself.New(c.Issuer)
	if err != nil {
		return nil, err
	}
	admins, err := h.console(web, set, protocol, limits, own, e.random)
	if err != nil {
		return nil, err
	}
	register := accounts.New(accounts.Config{
		Registration: h.people, Invitations: h.people, Recovery: h.people, Contacts: h.people, Flows: people, Policy: h.people.Policy(), AuthorizePath: c.paths().Authorization, Web: web, Pages: set,
	})
	first := firstadmin.New(firstadmin.Config{Invitation: h.first, Factors: people, OnlyFrom: admins.OnlyFrom, Next: console.Path, Web: web, Pages: set})
	endpoints := oauthhandlers.Config{
		Prefix: c.OAuthPrefix, Provider: protocol, Metadata: metadata, Keys: h.keys, Issuer: c.Issuer, PasskeyOrigins: c.passkeyOrigins(), Revocations: revocation.NewFeed(feed, h.keys, c.Issuer, e.clock), LegacyCheck: c.LegacyTokenCheck || c.Dev,
		Registrations: registrations,
	}
	admin, err := handlers.NotCrossSite(c.Issuer, handlers.OnlyFrom(administrators, oauthhandlers.Management(protocol)))
	if err != nil {
		return nil, err
	}
	records := refusal.NewRecorder(h.ring.Key(keyring.ErrorRecord))
	management, err := api.New(api.Config{
		Issuer: c.Issuer, Version: version, Audit: h.store, AuditKeys: h.auditKeys, Clients: h.store, Registry: h.registry, Keys: h.keys, Scopes: h.catalogue, Sessions: h.sessions, Tokens: h.inspector, Consents: h.consents, Apps: h.apps, Users: h.store, Accounts: h.users,
		People: h.people, Invitations: h.invitations, Factors: h.factors, Recovery: h.people, Own: h.people, Passwords: signIn, Manager: admin, Caller: oauthhandlers.Caller(protocol), Passkeys: h.passkeys,
		Webhooks: h.webhooks, RegistrationTokens: h.initialTokens, Logouts: h.logouts, Policies: limits.table, Budgets: ratelimit.NewBudgets(limits.table, limits.state, h.gate, h.store, h.users), Records: records, Refusals: c.refusals(),
		Repeats: idempotency.NewKeys(h.store, h.store, h.ring.Key(keyring.Idempotency), e.clock),
		Cursors: h.ring.Key(keyring.Cursor), Clock: e.clock,
	})
	if err != nil {
		return nil, err
	}
	frame := handlers.Config{
		Issuer:         c.Issuer,
		Prefix:         c.OAuthPrefix,
		Routes:         slices.Concat(endpoints.Routes(), people.Routes(), register.Routes(), first.Routes(), mine.Routes(), admins.Routes(), management.Routes()),
		Guards:         route.Guards{Bearer: oauthhandlers.Bearer(protocol), Admin: admin},
		Pages:          set,
		Records:        records,
		Refusals:       c.refusals(),
		Origins:        c.clientOrigins(origins),
		TrustedProxies: proxies,

		HSTSIncludeSubdomains: c.HSTSIncludeSubdomains,

		Limiter:      limits.limiter,
		Policies:     limits.table,
		Metrics:      t.requests(),
		Figures:      t.figures,
		Traces:       t.traces.provider(),
		AllowedHosts: devHosts(c),
		QuietAssets:  c.Dev,
		Clock:        e.clock,
		Random:       e.random,
		Log:          log,
	}
	described, err := reference.New(reference.Config{
		Issuer: c.Issuer, Version: version, Table: frame.Table(), Management: management.Document(), ManagementPath: api.Prefix + "/openapi.json", Pages: set,
	})
	if err != nil {
		return nil, err
	}
	played, err := e.playgroundRoutes(c, frame, web, t)
	if err != nil {
		return nil, err
	}
	frame.Routes = slices.Concat(frame.Routes, described.Routes(), h.outboxRoutes(set, texts), played)
	handler, err := handlers.New(frame)
	if err == nil {
		own.Serve(handler)
	}
	return handler, err
}
