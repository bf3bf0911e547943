package main

import (
	"time"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// config is every setting there is, with its default where it has one. The key of a
// setting in the YAML file is its koanf tag; in the environment it is GATEHOUSE_ and
// the key in capitals. A key ending in _file names a file that holds the value of the
// key before it, for secrets that are mounted and not typed.
type config struct {
	// Issuer is the public address of the provider, https and without a path. It stands
	// in every token, so it cannot be changed later without ending them all.
	Issuer string `koanf:"issuer"`
	// Listen is the address of the public endpoints.
	Listen string `koanf:"listen"`
	// OpsListen is the address of probes and profiles, never to be public.
	OpsListen string `koanf:"ops_listen"`
	// DemoListen is the address of the demo application of --dev, or off.
	DemoListen string `koanf:"demo_listen"`
	// TLSCert and TLSKey are PEM files; without them a proxy in front must speak TLS.
	TLSCert string `koanf:"tls_cert"`
	TLSKey  string `koanf:"tls_key"`
	// TrustedProxies are addresses or CIDR ranges whose X-Forwarded-For is believed.
	TrustedProxies []string `koanf:"trusted_proxies"`

	// APIAllow are the addresses or CIDR ranges that may call the management API; empty: all.
	APIAllow []string `koanf:"api_allow"`

	// ConsoleAllow are the addresses or CIDR ranges from which the console can be used, and the first administrator
	// be made in a browser; empty: all.
	ConsoleAllow []string `koanf:"console_allow"`

	// FirstAdministrator says whether a server that starts on a database without users writes the
	// address at which the first administrator is made to its log: log or off. Off is for when others
	// read that log; "gatehouse admin invite" makes an address, too.
	FirstAdministrator string `koanf:"first_administrator"`

	// HSTSIncludeSubdomains has browsers use https for every subdomain of the issuer, too: for
	// when all of them have it.
	HSTSIncludeSubdomains bool `koanf:"hsts_include_subdomains"`

	// DataDir holds the embedded database and the generated secret.
	DataDir string `koanf:"data_dir"`
	// DatabaseURL is sqlite://PATH (%3F for a ? in it, %25 for a %) or postgres://...; empty is a
	// file in DataDir.
	DatabaseURL     string `koanf:"database_url"`
	DatabaseURLFile string `koanf:"database_url_file"`
	// Migrate lets serve bring a Postgres schema up to date by itself. The embedded
	// database is always brought up to date.
	Migrate bool `koanf:"migrate"`
	// AllowNewerSchema lets this version run on a schema that a newer one migrated: for
	// rolling back, and for servers that may restart while an upgrade is going on.
	AllowNewerSchema bool `koanf:"allow_newer_schema"`

	// Secret seals every key in the database: at least 32 bytes, from "openssl rand -hex 32". With
	// the embedded database one is generated when it is empty.
	Secret     string `koanf:"secret"`
	SecretFile string `koanf:"secret_file"`
	// PreviousSecrets may still open the keys, while the secret is being changed.
	PreviousSecrets     []string `koanf:"previous_secrets"`
	PreviousSecretsFile string   `koanf:"previous_secrets_file"`

	// RedisURL is where servers count together: redis://, rediss:// or unix://, with
	// ?master_name= for Sentinel and ?addr= for further nodes of a Cluster. Without it each
	// server counts for itself.
	RedisURL     string `koanf:"redis_url"`
	RedisURLFile string `koanf:"redis_url_file"`
	// RateLimits replaces limits of the table, such as "token-client=100/1s burst 200". "off"
	// lifts all but those that keep secrets from being guessed; what follows it holds.
	RateLimits []string `koanf:"rate_limits"`

	// OAuthPrefix is the path before the protocol endpoints.
	OAuthPrefix string `koanf:"oauth_prefix"`
	// ClientSecretJWT lets clients authenticate by client_secret_jwt. Their secrets are then
	// kept in a form that this server can read, which is why it is off.
	ClientSecretJWT bool `koanf:"client_secret_jwt"`
	// RequirePKCE demands PKCE of every client, not of public ones and those registered for it
	// alone. Popular libraries for confidential clients do not send it, so it is off.
	RequirePKCE bool `koanf:"require_pkce"`
	// RequestObjects says how clients may send authorization requests that they sign (RFC 9101, OpenID
	// Connect Core section 6): request (by value), request_uri (by reference: this server fetches them
	// from the URLs that are registered for the client) and, beside one of these, encrypted (to keys
	// that this server then publishes); empty: not at all.
	RequestObjects []string `koanf:"request_objects"`
	// ResponseTypes are what clients can be registered for beside code, which always works: "id_token",
	// "id_token token", "code id_token", "code token" and "code id_token token", of the implicit and the
	// hybrid flow, with commas between them; sign-in.md has more. They put tokens into the browser, where code with PKCE puts none (RFC 9700 section
	// 2.1.2), so they are off; and they work only for clients that are registered for them.
	ResponseTypes []string `koanf:"response_types"`
	// LegacyTokenCheck serves /oauth/access_token_valid/{token}. It is always on with --dev.
	LegacyTokenCheck bool `koanf:"legacy_token_check"`

	// CodeLifetime is how long an authorization code can be exchanged.
	CodeLifetime time.Duration `koanf:"code_lifetime"`
	// AccessTokenLifetime and IDTokenLifetime are for clients that have none of their own.
	AccessTokenLifetime time.Duration `koanf:"access_token_lifetime"`
	IDTokenLifetime     time.Duration `koanf:"id_token_lifetime"`
	// RefreshTokenIdle is the lifetime of a refresh token that is not used, and RefreshTokenLifetime
	// how long refreshing goes on altogether; a client may have its own.
	RefreshTokenIdle     time.Duration `koanf:"refresh_token_idle"`
	RefreshTokenLifetime time.Duration `koanf:"refresh_token_lifetime"`
	// SessionIdle and SessionLifetime end a sign-in without a visit, and whatever happens.
	SessionIdle     time.Duration `koanf:"session_idle"`
	SessionLifetime time.Duration `koanf:"session_lifetime"`
	// KeepSignedIn ticks "Keep me signed in" on the sign-in page. The cookie of a session ends
	// with the browser unless the box is ticked; then it has the lifetime of the session.
	KeepSignedIn bool `koanf:"keep_signed_in"`

	// SessionManagement offers applications a frame by which their pages learn whether the user is still
	// signed in here (OpenID Connect Session Management). It works only in browsers that allow
	// third-party cookies; being told of sign-outs by a request (Back-Channel Logout) works in all.
	SessionManagement bool `koanf:"session_management"`

	// SecondFactorFor is who must have a second factor: everyone, or the roles of those who must, of which
	// admin means auditor, too; empty: nobody must. Who has one is asked for it all the same, and a client
	// may require one of its users.
	SecondFactorFor []string `koanf:"second_factor_for"`
	// SecondFactorGrace is how long users may sign in without one, from their first sign-in at which they
	// must have one; 0: not at all.
	SecondFactorGrace time.Duration `koanf:"second_factor_grace"`
	// RememberSecondFactor lets users have a browser remembered, which then does not ask for the second
	// factor for that long; 0: each sign-in asks.
	RememberSecondFactor time.Duration `koanf:"remember_second_factor"`

	// Registration says who may register an account: open, invitation (those whom an administrator
	// invited) or off. Nobody can as long as no messages can be sent.
	Registration string `koanf:"registration"`
	// RegistrationDomains are those of the email addresses that may be registered; empty: all.
	RegistrationDomains []string `koanf:"registration_domains"`
	// PrivateContacts has nobody told, at registration, that another user has the email address or
	// phone number: its owner gets a message instead.
	PrivateContacts bool `koanf:"private_contacts"`

	// AccountDeletion lets people have their own account deleted, on or off, and AccountDeletionGrace is how long
	// they can keep it after all.
	AccountDeletion      string        `koanf:"account_deletion"`
	AccountDeletionGrace time.Duration `koanf:"account_deletion_grace"`

	// BrandName, BrandLogo, BrandColor and BrandLinks are what the pages are called and look
	// like: a name, an SVG or PNG file, a color #rrggbb of links and buttons, and links such as
	// Help=https://example.com/help.
	BrandName  string   `koanf:"brand_name"`
	BrandLogo  string   `koanf:"brand_logo"`
	BrandColor string   `koanf:"brand_color"`
	BrandLinks []string `koanf:"brand_links"`

	// KeyRotation is how long a signing key signs before the next takes over; 0 leaves it to
	// "gatehouse key rotate". KeyPublishAhead is how long the next is published before.
	KeyRotation     time.Duration `koanf:"key_rotation"`
	KeyPublishAhead time.Duration `koanf:"key_publish_ahead"`
	// PrivateKeyPath is a PEM file with a signing key to import at start, and
	// PrivateKeyPassphrase opens it when it is encrypted.
	PrivateKeyPath           string `koanf:"private_key_path"`
	PrivateKeyPassphrase     string `koanf:"private_key_passphrase"`
	PrivateKeyPassphraseFile string `koanf:"private_key_passphrase_file"`

	// AuditRetention is how long records of the audit log are kept, a day at least; 0 keeps them
	// for ever.
	AuditRetention time.Duration `koanf:"audit_retention"`

	// WebhookRetention is how long webhooks and the log of their deliveries are kept, delivered or
	// not.
	WebhookRetention time.Duration `koanf:"webhook_retention"`

	// SMTPURL is the server that mails are handed over to: smtp:// with STARTTLS, or smtps://.
	// MailFrom is who they are from, such as "Example <no-reply@example.com>".
	SMTPURL     string `koanf:"smtp_url"`
	SMTPURLFile string `koanf:"smtp_url_file"`
	MailFrom    string `koanf:"mail_from"`
	// SMSWebhookURL is the program that SMS are handed over to, in requests that are signed with
	// SMSWebhookSecret.
	SMSWebhookURL        string `koanf:"sms_webhook_url"`
	SMSWebhookSecret     string `koanf:"sms_webhook_secret"`
	SMSWebhookSecretFile string `koanf:"sms_webhook_secret_file"`
	// SMSPerHour bounds the SMS of an hour, to whomever they go; 0: nothing does.
	SMSPerHour int `koanf:"sms_per_hour"`

	// OutboundCA is a PEM file with certificates that our connections trust beside the system's,
	// OutboundAllow are hosts that they may reach although their addresses are private: not by what clients chose that
	// registered themselves, for which there is ClientRegistrationOutboundAllow.
	OutboundCA    string   `koanf:"outbound_ca"`
	OutboundAllow []string `koanf:"outbound_allow"`

	// BreachedPasswords is the list of passwords that nobody may choose: the path of a file as Have
	// I Been Pwned distributes it, ordered by hash, or the https address of a service of the form of
	// https://api.pwnedpasswords.com/range/, which is told the first 5 of 40 digits of a hash. It is
	// not used with --dev, whose passwords are public.
	BreachedPasswords string `koanf:"breached_passwords"`

	// DrainDelay is how long the server goes on, without being ready, after it was told to
	// stop: as long as proxies take to see that it is not. With --dev it is none.
	DrainDelay time.Duration `koanf:"drain_delay"`

	// Metrics: they are counted, and shown at /metrics of OpsListen.
	Metrics bool `koanf:"metrics"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `koanf:"log_level"`

	clientRegistrationSettings `koanf:",squash"`

	factorSettings `koanf:",squash"`
	proxySettings  `koanf:",squash"`

	// Dev is set by --dev alone: no file or variable may switch it on in production.
	Dev bool `koanf:"-"`
	// Conformance is set by "serve --conformance" alone, too, and suite is where the suite is then.
	Conformance bool              `koanf:"-"`
	suite       conformance.Suite `koanf:"-"`

	// brand is what validate read of the settings of the brand.
	brand pages.Brand `koanf:"-"`
	// origin names where each setting that was given came from.
	origin map[string]string `koanf:"-"`
	// scratch is a directory with a database for this run alone; empty where there is none.
	scratch string `koanf:"-"`
	// dryRun: nothing is to be written, not even a migration.
	dryRun bool `koanf:"-"`
	// verifies: nothing is recorded, so that no audit key is made, which would be older than every record.
	verifies bool `koanf:"-"`
}

func defaults() config {
	const day = 24 * time.Hour
	tokens := grant.DefaultLifetimes()
	return config{
		Listen:               "127.0.0.1:8080",
		OpsListen:            "127.0.0.1:9464",
		DemoListen:           demoAddress,
		DataDir:              "./data",
		OAuthPrefix:          "/oauth",
		CodeLifetime:         tokens.Code,
		AccessTokenLifetime:  tokens.Access,
		IDTokenLifetime:      time.Hour,
		RefreshTokenIdle:     tokens.RefreshIdle,
		RefreshTokenLifetime: tokens.Refresh,
		SessionIdle:          tokens.SessionIdle,
		SessionLifetime:      7 * day,
		FirstAdministrator:   firstAdministratorLog,
		Registration:         registrationOpen,
		AccountDeletion:      "on",
		AccountDeletionGrace: 14 * day,
		KeyRotation:          90 * day,
		AuditRetention:       365 * day,
		WebhookRetention:     30 * day,
		SMSPerHour:           1000,
		KeyPublishAhead:      keys.Ahead,
		DrainDelay:           5 * time.Second,
		Metrics:              true,
		LogLevel:             "info",
		factorSettings:       factorDefaults(),

		clientRegistrationSettings: clientRegistrationDefaults(),

		proxySettings: proxyDefaults(),
	}
}
