package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"

	"github.com/gatehouse-id/gatehouse/cmd/gatehouse/conformance"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/storage"
)

// forSuite sets what serve --conformance needs. It turns on all that has a plan, whatever the operator says, since the
// results stand for all of it; rate limits are off unless the operator sets some: the suite makes thousands of
// requests from one address, and keeps keys of its own on a host that may be private.
func (c *config) forSuite(variable func(string) string) error {
	suite, err := conformance.FromEnvironment(variable)
	if err != nil {
		return err
	}
	c.suite = suite
	c.DrainDelay = 0
	// All that has a plan, and is off unless it is turned on.
	c.ResponseTypes = slices.DeleteFunc(client.ResponseTypes(), func(kind string) bool { return kind == client.ResponseCode })
	c.RequestObjects = []string{"request", "request_uri", "encrypted"}
	c.ClientRegistration = "open"
	c.SessionManagement = true
	c.ClientRegistrationLimit = mostRegistrations // the suite registers a client for each module
	if len(c.RateLimits) == 0 {
		c.RateLimits = []string{"off"}
	}
	if !slices.Contains(c.OutboundAllow, suite.Host()) {
		c.OutboundAllow = append(slices.Clone(c.OutboundAllow), suite.Host())
	}
	if !slices.Contains(c.ClientRegistrationOutboundAllow, suite.Host()) {
		c.ClientRegistrationOutboundAllow = append(slices.Clone(c.ClientRegistrationOutboundAllow), suite.Host())
	}
	return nil
}

// publicSecrets tells whether passwords and secrets of this database are known to everybody.
func (c *config) publicSecrets() bool { return c.Dev || c.Conformance }

// validateConformance keeps a server whose passwords are public from the internet. A private address
// is for a suite in containers.
func (c *config) validateConformance() error {
	if !c.Conformance {
		return nil
	}
	if c.Dev {
		return errors.New("--dev and --conformance exclude each other: each has a database of its own")
	}
	var faults []error
	for _, listener := range []struct{ key, address string }{{"listen", c.Listen}, {"ops_listen", c.OpsListen}} {
		if !reachedFromInside(listener.address) {
			faults = append(faults, fmt.Errorf("%s %q: --conformance serves on loopback or a private address only, since its passwords are public", c.named(listener.key), listener.address))
		}
	}
	return errors.Join(faults...)
}

// reachedFromInside tells whether an address to listen on is of this machine or a private network. What
// is not even an address is another check's business.
func reachedFromInside(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || client.Loopback(host) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsPrivate()
}

// ownedBySuite refuses a database that is neither empty nor one of --conformance. It comes before migrations, which
// would change what is somebody else's.
func ownedBySuite(ctx context.Context, c config, store *storage.Store) error {
	own, err := store.IsConformance(ctx)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	if !own {
		return fmt.Errorf("%s is not a database of --conformance, which would add public passwords to it. Name another directory with --data-dir", storage.Describe(c.databaseURL()))
	}
	return nil
}

// seedConformance makes the person and the clients that the suite's configurations name, or brings them
// up to date: the suite may have been at another address.
func (h *instance) seedConformance(ctx context.Context) error {
	actor := audit.BackgroundJob("conformance")
	clients, err := conformance.Clients(h.config.suite, h.config.Issuer)
	if err != nil {
		return err
	}
	for _, one := range clients {
		_, err := h.registry.Create(ctx, actor, &one.Client, one.Secret)
		if errors.Is(err, provider.ErrConflict) {
			_, err = h.registry.Update(ctx, actor, one.ID, func(c *client.Client) error {
				c.RedirectURIs, c.PostLogoutRedirectURIs, c.Audience = one.RedirectURIs, one.PostLogoutRedirectURIs, one.Audience
				c.GrantTypes, c.ResponseTypes = one.GrantTypes, one.ResponseTypes
				c.BackChannelLogoutURI, c.FrontChannelLogoutURI = one.BackChannelLogoutURI, one.FrontChannelLogoutURI
				return nil
			})
		}
		if err != nil {
			return fmt.Errorf("client %s: %w", one.ID, err)
		}
		if _, err := h.catalogue.Ensure(ctx, actor, one.Scopes); err != nil {
			return err
		}
	}
	if _, err := h.users.Find(ctx, conformance.Username); err == nil {
		return nil
	}
	person := account.User{
		Username: conformance.Username, Email: "alice@example.com", EmailVerified: true, Phone: "+442071838750", PhoneVerified: true,
		Profile: everyClaim(),
	}
	if err := h.users.Create(ctx, actor, &person, conformance.Password); err != nil && !errors.Is(err, provider.ErrConflict) {
		return fmt.Errorf("user %s: %w", person.Username, err)
	}
	return nil
}

// welcomeSuite tells whoever started the server what to do with it.
func welcomeSuite(w io.Writer, c config) {
	_, _ = fmt.Fprintf(w, `
Gatehouse is running for the OpenID conformance suite, with public passwords and secrets.

  Suite               %s
  Discovery           %s/.well-known/openid-configuration
  Sign in as          %s / %s

  Run the plans       go run ./test/conformance --provider %[2]s

`, c.suite.Server(), c.Issuer, conformance.Username, conformance.Password)
}
