package console

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// The steps of a run. Each has a text, flow.step and its name.
const (
	stepExchange      = "exchange"
	stepService       = "service"
	stepUserInfo      = "userinfo"
	stepIntrospection = "introspection"
	stepRefresh       = "refresh"
	stepRevocation    = "revocation"
)

// serveFlowExchange exchanges the code that a trial has got, at the token endpoint and as the client.
func (c *Console) serveFlowExchange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	t, registered, err := c.received(r, v)
	if err != nil {
		return err
	}
	if t == nil || t.Response.Code == "" || t.Response.Error != "" || t.Response.Issuer != c.Provider.Issuer {
		return c.noTrial(w, r, v)
	}
	request := authenticated(c.exchange(t), registered, form)
	answer, err := c.send(r, request)
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("flow_exchange")
	page := flowRunPage{Client: registered, Step: stepExchange}
	// Whoever does not authenticate, or asks too often, has not used the code up.
	if page.Retry = !answer.OK() && answer.Status != http.StatusBadRequest; !page.Retry {
		c.Web.EndTrial(w, tryPath)
	}
	of := run{Session: v.session.ID, Client: registered.ID, At: c.now(r), Nonce: t.Nonce, Person: true}
	of.learn(answer)
	return c.writeRun(w, r, v, page, request, answer, of)
}

// serveFlowService gets a token for a client that acts for itself (RFC 6749 section 4.4.2).
func (c *Console) serveFlowService(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	if !registered.MayUse(client.ClientCredentials) {
		return c.done(w, r, flowPath(registered.ID), said{Done: "nothing_changed"})
	}
	fields := []string{"grant_type", "client_credentials"}
	for _, name := range []string{"scope", "resource"} {
		if value := trimmed(form, "service_"+name); value != "" {
			fields = append(fields, name, value)
		}
	}
	request := authenticated(c.tokenRequest(fields...), registered, form)
	answer, err := c.send(r, request)
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("flow_service")
	of := run{Session: v.session.ID, Client: registered.ID, At: c.now(r)}
	of.learn(answer)
	return c.writeRun(w, r, v, flowRunPage{Client: registered, Step: stepService}, request, answer, of)
}
