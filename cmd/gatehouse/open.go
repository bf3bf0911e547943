package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/provider/breach"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/firstadmin"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/provider/password"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/storage"
)

// hashingAtOnce bounds slow hashes in flight, of which each keeps a core busy: 38 MiB is the most that they take.
const hashingAtOnce = 2

// instance is the domain over an open database: what serve and the verbs have in common.
type instance struct {
	config      config
	store       *storage.Store
	ring        *keyring.Ring
	keys        *keys.Manager
	hasher      *password.Hasher
	secrets     *client.Secrets
	registry    *client.Registry
	subjects    *oauth.Subjects
	stolen      *breach.Passwords // nil: there is no list
	users       *account.Registry
	codes       *verification.Codes
	outbox      *notify.Outbox
	people      *account.SelfService
	invitations *account.Invitations
	first       *firstadmin.Invitation
	factors     *factor.Registry
	passkeys    *passkey.Registry
	demands     *factor.Sessions
	// initialTokens let clients register themselves.
	initialTokens *registration.InitialTokens
	catalogue     *consent.Catalogue
	consents      *consent.Registry
	apps          *connected.Registry
	imported      *grant.ImportedTokens
	inspector     *grant.Inspector
	sessions      *session.Manager
	events        *event.Bus
	gate          *audit.Gate
	auditKeys     *chain.Keys
	verified      *chain.Verifications
	webhooks      *webhook.Registry
	// logouts are what clients are told of the end of sessions.
	logouts *logout.Registry
}

// open reads the settings and opens the configured database for a verb. The embedded
// database is brought up to date on the way; a Postgres schema that is not is refused.
func (e *environment) open(cmd *cobra.Command) (*instance, error) {
	c, err := loadConfig(cmd, e.Environ)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(c.validateSecret(), c.validateRest()); err != nil {
		return nil, err
	}
	if err := e.locate(cmd, &c); err != nil {
		return nil, err
	}
	c.dryRun = isImport(cmd) && isDryRun(cmd) && c.scratch == ""
	c.verifies = isAuditVerify(cmd)
	log := slog.New(slog.NewTextHandler(e.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	h, err := e.openInstance(cmd.Context(), c, log, nil, onlyLookups(event.Log(log)))
	if err != nil {
		return nil, errors.Join(err, c.removeScratch())
	}
	return h, nil
}

// withInstance makes a verb that acts on the configured database, opened before and closed after.
func (e *environment) withInstance(act func(cmd *cobra.Command, h *instance, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		h, err := e.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		return act(cmd, h, args)
	}
}

func (e *environment) openInstance(ctx context.Context, c config, log *slog.Logger, statements storage.Statements, listeners ...event.Listener) (_ *instance, err error) {
	store, err := e.openStore(ctx, c, log, statements)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, store.Close())
		}
	}()
	// Only what has opened as a database is ours: a path may be mistyped.
	if err := c.tightenFiles(ctx, log); err != nil {
		return nil, err
	}
	if err := ready(ctx, c, store); err != nil {
		return nil, err
	}
	secrets, err := e.keyringSecrets(c)
	if err != nil {
		return nil, err
	}
	events := event.NewBus(listeners...)
	records := chain.NewAuthenticator(webhook.NewOutbox(store, store, e.random))
	gate := audit.NewGate(records, store, events, e.clock, e.random)
	ring, err := keyring.Open(ctx, store, gate, secrets, e.clock, e.random)
	if err != nil {
		return nil, fmt.Errorf("open the keyring: %w", err)
	}
	auditKeys := chain.NewKeys(store, ring.Key(keyring.AuditKey), e.clock, e.random)
	if !c.verifies {
		if err := records.Start(ctx, auditKeys); err != nil && !errors.Is(err, chain.ErrTampered) {
			return nil, err
		} else if err != nil { // signing in must go on
			log.ErrorContext(ctx, "audit records are written without proof of their origin", slog.Any("error", err))
		}
	}
	hasher := password.New(e.random, hashingAtOnce)
	clientSecrets := client.NewSecrets(hasher, ring.Key(keyring.ClientSecret), e.random)
	subjects, err := oauth.NewSubjects(ring.Key(keyring.PairwiseSubject))
	if err != nil {
		return nil, err
	}
	signers := keys.NewManager(store, ring.Key(keyring.SigningKey), gate, events, e.clock, e.random)
	if c.requestObjects().Encrypted {
		signers.OfferEncryption()
	}
	stolen, err := c.breached(events)
	if err != nil {
		return nil, err
	}
	imported := grant.NewImportedTokens(store, ring.Key(keyring.ImportedSecret))
	users := account.NewRegistry(store, gate, hasher, stolen, events, e.clock, e.random)
	apps := connected.NewRegistry(store, gate, e.clock)
	users.ReadPairwise(oauth.NewSubjectFinder(subjects, apps))
	codes := verification.NewCodes(store, ring.Key(keyring.Verification), c.Issuer, e.clock, e.random)
	outbox := notify.NewOutbox(store, e.clock, e.random).BoundSMS(c.SMSPerHour)
	people := account.NewSelfService(users, store, store, codes, outbox, c.registration())
	authenticators, err := c.passkeys()
	if err != nil {
		return nil, err
	}
	factors := factor.NewRegistry(store, gate, ring.Key(keyring.Factor), users, events, c.brand.Title(), e.clock, e.random)
	passkeys, err := passkey.New(authenticators, store, gate, users, factors, events, e.clock, e.random)
	if err != nil {
		return nil, err
	}
	if c.SecondFactorMail {
		factors.OfferMail(factor.ByMail{Transactions: store, Codes: codes, Outbox: outbox})
	}
	demands := factor.NewSessions(c.secondFactor(), store, e.clock)
	people.KeepFactors(demands)
	return &instance{
		config:        c,
		codes:         codes,
		outbox:        outbox,
		people:        people,
		invitations:   account.NewInvitations(people),
		first:         firstadmin.New(store, gate, users, passkeys, c.Issuer, e.clock, e.random),
		factors:       factors,
		passkeys:      passkeys,
		demands:       demands,
		store:         store,
		ring:          ring,
		keys:          signers,
		hasher:        hasher,
		secrets:       clientSecrets,
		stolen:        stolen,
		users:         users,
		registry:      client.NewRegistry(store, gate, clientSecrets, e.clock, e.random).WithSectors(client.NewSectors(lateFetch{c}, e.clock)),
		subjects:      subjects,
		initialTokens: registration.NewInitialTokens(store, gate, e.clock, e.random),
		catalogue:     consent.NewCatalogue(store, gate, e.clock),
		consents:      consent.NewRegistry(store, store, store, gate, e.clock),
		apps:          apps,
		imported:      imported,
		inspector:     grant.NewInspector(store, gate, ring.Key(keyring.TokenHash), signers, events, e.clock, c.SessionIdle, imported),
		sessions: session.NewManager(store, gate, ring.Key(keyring.SessionHash), demands, events, e.clock, e.random,
			session.Lifetimes{Idle: c.SessionIdle, Absolute: c.SessionLifetime}),
		events:    events,
		gate:      gate,
		auditKeys: auditKeys, verified: chain.NewVerifications(store, auditKeys, e.clock, e.random),
		webhooks: webhook.NewRegistry(store, gate, ring.Key(keyring.Webhook), c.cleartext, e.clock, e.random),
		logouts:  logout.NewRegistry(store, gate, e.clock),
	}, nil
}

func (e *environment) openStore(ctx context.Context, c config, log *slog.Logger, statements storage.Statements) (*storage.Store, error) {
	if c.embedded() {
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("GATEHOUSE_DATA_DIR: %w", err)
		}
	}
	store, err := storage.Open(ctx, storage.Options{URL: c.databaseURL(), Clock: e.clock, Log: log, Statements: statements, MailFactors: c.SecondFactorMail})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return store, nil
}

// ready sees to the schema and to the mark of development databases.
func ready(ctx context.Context, c config, store *storage.Store) error {
	schema, err := store.Schema(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if schema.Ahead > 0 && !c.AllowNewerSchema {
		return errors.New(schemaAhead(schema))
	}
	if c.Conformance && !schema.Empty {
		if err := ownedBySuite(ctx, c, store); err != nil {
			return err
		}
	}
	if schema.Pending > 0 {
		if c.dryRun || c.postgres() && !c.Migrate && !c.Dev {
			return fmt.Errorf("the database schema is %d migration(s) behind this version: run \"gatehouse migrate up\", or serve with --migrate", schema.Pending)
		}
		if _, err := store.Migrate(ctx); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
	}
	if schema.Empty && c.Dev { // made by a verb, before the first "serve --dev"
		if err := store.MarkDemo(ctx); err != nil {
			return fmt.Errorf("mark the database: %w", err)
		}
	}
	if schema.Empty && c.Conformance {
		if err := store.MarkConformance(ctx); err != nil {
			return fmt.Errorf("mark the database: %w", err)
		}
	}
	demo, err := store.IsDemo(ctx)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if demo && !c.publicSecrets() {
		return errors.New("this database is marked demo: its passwords are public. Use another one, or --dev")
	}
	return nil
}

// schemaAhead: what a newer version keeps in the database this one knows nothing of. It works
// with the schema of the next version, which is what an upgrade and a roll back need.
func schemaAhead(s storage.Schema) string {
	return fmt.Sprintf("the database schema is %d migration(s) ahead of this version: start the newer one, or set GATEHOUSE_ALLOW_NEWER_SCHEMA=true to roll back, or for the time of an upgrade", s.Ahead)
}

func (e *environment) keyringSecrets(c config) (keyring.Secrets, error) {
	secret := c.Secret
	if secret == "" {
		generated, err := e.generatedSecret(c.DataDir)
		if err != nil {
			return keyring.Secrets{}, err
		}
		secret = generated
	}
	s := keyring.Secrets{Current: []byte(secret)}
	for _, p := range c.PreviousSecrets {
		s.Previous = append(s.Previous, []byte(p))
	}
	return s, nil
}

// close ends the database; its error replaces none that came before.
func (h *instance) close(err *error) {
	*err = errors.Join(*err, h.stolen.Close(), h.store.Close(), h.config.removeScratch())
}

// removeScratch removes what was made for this run alone.
func (c *config) removeScratch() error {
	if c.scratch == "" {
		return nil
	}
	return os.RemoveAll(c.scratch)
}

// signingAlgorithms are those that a key is made for at the first start: RS256 for ID
// tokens, which every client library accepts unconfigured, ES256 for all else, and what a
// client may be registered for.
func signingAlgorithms() []keys.Algorithm {
	return []keys.Algorithm{keys.RS256, keys.ES256, keys.EdDSA, keys.PS256}
}
