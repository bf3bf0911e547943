package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	oauthhandlers "github.com/gatehouse-id/gatehouse/handlers/oauth"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/storage"
)

// validate judges the settings that serving needs. Each fault is one sentence that says
// what to change; all of them are returned together.
func (c *config) validate() error {
	return errors.Join(c.validateIssuer(), c.validateListen(), c.validateConformance(), c.validateTLS(), c.validateSecret(), c.validateRest())
}

func (c *config) validateIssuer() error {
	if c.Issuer == "" && c.Dev {
		return nil // it follows from the address to listen on, which is wrong then
	}
	if c.Issuer == "" {
		return errors.New("GATEHOUSE_ISSUER is not set: give the public address, such as https://id.example.com (or try \"gatehouse serve --dev\")")
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.User != nil {
		return fmt.Errorf("%s %q is not an address such as https://id.example.com", c.named("issuer"), c.Issuer)
	}
	// OpenID Connect Discovery section 3 and RFC 8414 section 2: no query, no fragment;
	// a path would put the discovery document where client libraries do not look for it.
	if u.Path != "" || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(c.Issuer, "?#") {
		return fmt.Errorf("%s %q must end after the host: no path, not even a slash", c.named("issuer"), c.Issuer)
	}
	switch {
	case strings.HasSuffix(u.Host, ":"), u.Scheme == "https" && u.Port() == "443", u.Scheme == "http" && u.Port() == "80":
		// RFC 3986 section 6.2.3: clients and browsers leave it out, and then compare.
		return fmt.Errorf("%s %q must not name a port that %s has anyway: write %s://%s", c.named("issuer"), c.Issuer, u.Scheme, u.Scheme, strings.TrimSuffix(u.Host, ":"+u.Port()))
	case c.Issuer != strings.ToLower(c.Issuer):
		return fmt.Errorf("%s %q must be in lower case: clients compare it exactly", c.named("issuer"), c.Issuer)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && c.Dev && client.Loopback(u.Hostname()):
		return nil
	case u.Scheme == "http" && c.Dev:
		return fmt.Errorf("%s %q: with --dev an http issuer must be on localhost, 127.0.0.1 or [::1]", c.named("issuer"), c.Issuer)
	default:
		return fmt.Errorf("%s %q must begin with https:// (plain http is for --dev)", c.named("issuer"), c.Issuer)
	}
}

func (c *config) validateListen() error {
	var faults []error
	addresses := map[string]string{"listen": c.Listen, "ops_listen": c.OpsListen}
	if c.serveDemo() {
		addresses["demo_listen"] = c.DemoListen
	}
	for _, key := range slices.Sorted(maps.Keys(addresses)) {
		address := addresses[key]
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s %q must be HOST:PORT, such as 127.0.0.1:8080", c.named(key), address))
			continue
		}
		if c.Dev && !client.Loopback(host) {
			faults = append(faults, fmt.Errorf("%s %q: --dev serves on loopback only, since its passwords are public", c.named(key), address))
		}
	}
	if c.Listen == c.OpsListen && !strings.HasSuffix(c.Listen, ":0") {
		faults = append(faults, fmt.Errorf("%s and %s must differ: probes and profiles are not for the public", c.named("listen"), c.named("ops_listen")))
	}
	return errors.Join(faults...)
}

func (c *config) validateTLS() error {
	if c.TLSCert == "" && c.TLSKey == "" {
		return nil
	}
	if c.TLSCert == "" || c.TLSKey == "" {
		return fmt.Errorf("%s and %s go together: set both or neither", c.named("tls_cert"), c.named("tls_key"))
	}
	if _, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey); err != nil {
		return fmt.Errorf("%s and %s cannot be used: %w", c.named("tls_cert"), c.named("tls_key"), err)
	}
	return nil
}

// minSecret is the least number of bytes of a secret; a shorter one could be guessed offline with a
// copy of the database.
const minSecret = 32

func (c *config) validateSecret() error {
	if c.Secret == "" && !c.embedded() {
		return errors.New("GATEHOUSE_SECRET is not set: every replica needs the same one, of 32 bytes or more (make one with: openssl rand -hex 32)")
	}
	if c.Secret != "" && len(c.Secret) < minSecret {
		return fmt.Errorf("%s has %d bytes and needs %d or more (make one with: openssl rand -hex 32)", c.named("secret"), len(c.Secret), minSecret)
	}
	if err := keyring.CheckSecret([]byte(c.Secret)); c.Secret != "" && err != nil {
		return fmt.Errorf("%s: %w. Make one with: openssl rand -hex 32 (and name this one in GATEHOUSE_PREVIOUS_SECRETS if it is in use)", c.named("secret"), err)
	}
	for i, s := range c.PreviousSecrets {
		if len(s) < minSecret {
			return fmt.Errorf("number %d of %s has %d bytes and needs %d or more", i+1, c.named("previous_secrets"), len(s), minSecret)
		}
	}
	return nil
}

func (c *config) validateRest() error {
	var faults []error
	if !regexp.MustCompile(`^(/[a-z0-9_-]+)+$`).MatchString(c.OAuthPrefix) {
		faults = append(faults, fmt.Errorf("%s %q must be a path such as /oauth", c.named("oauth_prefix"), c.OAuthPrefix))
	}
	faults = append(faults, c.validateLifetimes(), c.validateClientRegistration())
	if _, err := c.logLevel(); err != nil {
		faults = append(faults, err)
	}
	for _, networks := range []func() ([]netip.Prefix, error){c.trustedProxies, c.apiAllow, c.consoleAllow} {
		if _, err := networks(); err != nil {
			faults = append(faults, err)
		}
	}
	if _, err := c.policies(); err != nil {
		faults = append(faults, err)
	}
	faults = append(faults, c.validateDatabase(), c.validateRegistration(), c.validateRequestObjects(), c.validateResponses(), c.validateFirstAdministrator(), c.validateDeletion(), c.validateSecondFactor(), c.validateMessages(), c.validateBreached(), c.validateFactors(), c.readBrand())
	return errors.Join(faults...)
}

func (c *config) validateDatabase() error {
	if c.DatabaseURL != "" && !strings.HasPrefix(c.DatabaseURL, "sqlite://") && !c.postgres() {
		return fmt.Errorf("%s must begin with sqlite:// or postgres://", c.named("database_url"))
	}
	if c.postgres() && !storage.ValidPostgresURL(c.DatabaseURL) { // the parser's error may quote the password
		return fmt.Errorf("%s must be written like postgres://USER:PASSWORD@HOST:5432/NAME, with %%40 for an @ in the password and the like, and files that it names must be readable", c.named("database_url"))
	}
	if _, err := storage.SQLitePath(c.DatabaseURL); err != nil {
		return fmt.Errorf("%s: %s", c.named("database_url"), strings.TrimPrefix(err.Error(), "storage: "))
	}
	return nil
}

func (c *config) validateLifetimes() error {
	const day = 24 * time.Hour
	var faults []error
	for _, l := range []struct {
		key            string
		value          time.Duration
		least, longest time.Duration
	}{
		{"code_lifetime", c.CodeLifetime, 10 * time.Second, 10 * time.Minute}, // RFC 6749 section 4.1.2
		{"access_token_lifetime", c.AccessTokenLifetime, time.Minute, day},
		{"id_token_lifetime", c.IDTokenLifetime, time.Minute, day},
		{"refresh_token_idle", c.RefreshTokenIdle, time.Minute, 400 * day},
		{"refresh_token_lifetime", c.RefreshTokenLifetime, time.Minute, 400 * day},
		{"session_idle", c.SessionIdle, time.Minute, 90 * day},
		{"session_lifetime", c.SessionLifetime, time.Minute, 400 * day},
		{"webhook_retention", c.WebhookRetention, time.Hour, 400 * day},
		{"drain_delay", c.DrainDelay, 0, time.Minute},
		{"key_publish_ahead", c.KeyPublishAhead, oauthhandlers.DocumentAge, 30 * day},
	} {
		if l.value < l.least || l.value > l.longest {
			faults = append(faults, fmt.Errorf("%s %s must be between %s and %s", c.named(l.key), short(l.value), short(l.least), short(l.longest)))
		}
	}
	if c.AuditRetention != 0 && c.AuditRetention < chain.MinRetention {
		faults = append(faults, fmt.Errorf("%s %s must be 0 (for ever), or %s at least", c.named("audit_retention"), short(c.AuditRetention), short(chain.MinRetention)))
	}
	if c.KeyRotation != 0 && (c.KeyRotation < time.Hour || c.KeyRotation < c.KeyPublishAhead) {
		faults = append(faults, fmt.Errorf("%s %s must be 0 (off), or an hour and GATEHOUSE_KEY_PUBLISH_AHEAD at least", c.named("key_rotation"), short(c.KeyRotation)))
	}
	return errors.Join(faults...)
}

func (c *config) trustedProxies() ([]netip.Prefix, error) {
	return c.networks("trusted_proxies", c.TrustedProxies)
}

func (c *config) apiAllow() ([]netip.Prefix, error) { return c.networks("api_allow", c.APIAllow) }

func (c *config) consoleAllow() ([]netip.Prefix, error) {
	return c.networks("console_allow", c.ConsoleAllow)
}

// networks reads a list of addresses and ranges.
func (c *config) networks(setting string, texts []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range texts {
		text = strings.TrimSpace(text)
		if address, err := netip.ParseAddr(text); err == nil {
			prefixes = append(prefixes, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is neither an address nor a range such as 10.0.0.0/8", c.named(setting), text)
		}
		prefixes = append(prefixes, prefix.Masked())
	}
	return prefixes, nil
}
