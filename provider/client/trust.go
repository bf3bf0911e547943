package client

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

// Trust says who vouches for a client. An empty one is Operator.
type Trust string

// Operator: somebody who manages this server registered it. Unverified: it registered itself (RFC
// 7591), and nobody has checked that it is what it says; its users are told so, and asked for consent
// each time. Verified: it registered itself, and an operator vouches for it.
const (
	Operator   Trust = "operator"
	Unverified Trust = "unverified"
	Verified   Trust = "verified"
)

// Trusts are all of them.
func Trusts() []Trust { return []Trust{Operator, Unverified, Verified} }

func trustNames() []string {
	var names []string
	for _, t := range Trusts() {
		names = append(names, string(t))
	}
	return names
}

// SelfRegistered tells whether it registered itself.
func (c *Client) SelfRegistered() bool { return c.Trust == Unverified || c.Trust == Verified }

// ShownLogo is the URL of the logo that people see; empty: they see none. Anybody can register the picture of somebody
// else, so that an unverified client has none.
func (c *Client) ShownLogo() string {
	if c.Trust == Unverified {
		return ""
	}
	return c.LogoURI
}

// checkTrust refuses to call a client self-registered of which it is not known that it is. Where its id is the URL of a
// metadata document, that is what the client says of itself.
func (c *Client) checkTrust() error {
	if !c.SelfRegistered() || c.FromDocument() {
		return nil
	}
	return &Invalid{[]Problem{{Field: "trust", Fault: fault.New(fault.NotSelfRegistered, "value", c.Trust)}}}
}

// changedTrust is checkTrust for a change. An operator who took over a client that registered itself can give it back.
func (r *Registry) changedTrust(ctx context.Context, c, before *Client) error {
	wrong := c.checkTrust()
	if wrong == nil || before.SelfRegistered() {
		return nil
	}
	did, err := r.store.RegisteredItself(ctx, c.ID)
	if err == nil && !did {
		err = wrong
	}
	return err
}

// Outbound is ctx for a request of this server to an address that the client chose: whoever registers itself must not
// learn by it what is behind the operator's firewall, nor send anything there.
func (c *Client) Outbound(ctx context.Context) context.Context {
	if c.SelfRegistered() {
		return outbound.SelfRegistered(ctx)
	}
	return ctx
}
