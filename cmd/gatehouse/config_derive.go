package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/storage"
)

// postgres tells whether the database is a server, shared by replicas.
func (c *config) postgres() bool {
	return strings.HasPrefix(c.DatabaseURL, "postgres://") || strings.HasPrefix(c.DatabaseURL, "postgresql://")
}

// embedded tells whether the database is a file that this process opens.
func (c *config) embedded() bool { return !c.postgres() }

// databaseURL is the database to open: the one that was named or a file in the data
// directory, which development keeps to itself.
func (c *config) databaseURL() string {
	switch {
	case c.DatabaseURL != "":
		return c.DatabaseURL
	case c.Dev:
		return storage.SQLiteURL(filepath.Join(c.DataDir, "dev.db"))
	case c.Conformance:
		return storage.SQLiteURL(filepath.Join(c.DataDir, "conformance.db"))
	default:
		return storage.SQLiteURL(filepath.Join(c.DataDir, "gatehouse.db"))
	}
}

// serveDemo tells whether to serve the demo application, too.
func (c *config) serveDemo() bool { return c.Dev && c.DemoListen != "off" }

// lifetimes are those of what is granted.
func (c *config) lifetimes() grant.Lifetimes {
	return grant.Lifetimes{
		Code: c.CodeLifetime, Access: c.AccessTokenLifetime, RefreshIdle: c.RefreshTokenIdle, Refresh: c.RefreshTokenLifetime,
		SessionIdle: c.SessionIdle,
	}
}

// refusals explains why requests are refused, with these settings.
func (c *config) refusals() *refusal.Catalogue {
	return refusal.NewCatalogue(refusal.Limits{Code: c.CodeLifetime, RefreshIdle: c.RefreshTokenIdle, Refresh: c.RefreshTokenLifetime})
}

// outbound is the way out for fetches from addresses that clients chose.
func (c *config) outbound(around func(http.RoundTripper) http.RoundTripper) (*outbound.Client, error) {
	options, err := c.outboundOptions(around)
	if err != nil {
		return nil, err
	}
	client, err := outbound.New(options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.named("outbound_ca"), err)
	}
	return client, nil
}

func (c *config) outboundOptions(around func(http.RoundTripper) http.RoundTripper) (outbound.Options, error) {
	options := outbound.Options{Allow: c.OutboundAllow, AllowSelfRegistered: c.ClientRegistrationOutboundAllow, Around: around}
	if c.OutboundCA != "" {
		pem, err := os.ReadFile(c.OutboundCA)
		if err != nil {
			return options, fmt.Errorf("%s: %w", c.named("outbound_ca"), err)
		}
		options.CA = pem
	}
	return options, nil
}

// webhookTimeout bounds a request to a receiver of webhooks.
const webhookTimeout = 10 * time.Second

// poster is the way out for webhooks. In development receivers are on loopback.
func (c *config) poster(around func(http.RoundTripper) http.RoundTripper) (*outbound.Poster, error) {
	options, err := c.outboundOptions(around)
	if err != nil {
		return nil, err
	}
	if c.Dev {
		options.Allow = append(slices.Clone(options.Allow), loopbackHosts()...)
		options.AllowSelfRegistered = append(slices.Clone(options.AllowSelfRegistered), loopbackHosts()...)
	}
	post, err := outbound.NewPoster(options, webhookTimeout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.named("outbound_ca"), err)
	}
	return post, nil
}

// cleartext tells to which hosts webhooks may go by http.
func (c *config) cleartext(host string) bool {
	return slices.Contains(c.OutboundAllow, host) || c.Dev && slices.Contains(loopbackHosts(), host)
}

func (c *config) logLevel() (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return 0, fmt.Errorf("%s %q must be debug, info, warn or error", c.named("log_level"), c.LogLevel)
	}
	return level, nil
}

func (e *environment) randomHex(size int) string {
	raw := make([]byte, size)
	if _, err := io.ReadFull(e.random, raw); err != nil {
		panic("no randomness: " + err.Error())
	}
	return hex.EncodeToString(raw)
}

// paths are where the protocol endpoints stand.
func (c config) paths() oauth.Paths {
	paths := oauth.Paths{
		Authorization: c.OAuthPrefix + "/authorize", Token: c.OAuthPrefix + "/token", UserInfo: c.OAuthPrefix + "/userinfo",
		JWKS: c.OAuthPrefix + "/jwks", EndSession: c.OAuthPrefix + "/logout",
		Introspection: c.OAuthPrefix + "/introspect", Revocation: c.OAuthPrefix + "/revoke", RevocationFeed: c.OAuthPrefix + "/revocations",
		Registration: c.OAuthPrefix + "/register",
	}
	if c.SessionManagement {
		paths.CheckSession = c.OAuthPrefix + "/check_session"
	}
	return paths
}
