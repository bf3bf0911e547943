package console

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// serveFlowStep does something with the tokens of a run.
func (c *Console) serveFlowStep(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	of, step := c.openRun(r, v, form.Get("run")), form.Get("step")
	if of == nil {
		return c.noTrial(w, r, v)
	}
	registered, err := c.Clients.Client(r.Context(), of.Client)
	if err != nil {
		return found(r, err)
	}
	if !slices.Contains(stepsOf(registered, *of), step) {
		return noPage(r)
	}
	request := c.stepRequest(step, registered, *of, form)
	answer, err := c.send(r, request)
	if err != nil {
		return err
	}
	canonical.From(r.Context()).Outcome("flow_" + step)
	switch {
	case step == stepRefresh:
		of.learn(answer)
	case step == stepRevocation && answer.OK(): // there is nothing to go on with
		of.Access, of.Refresh, of.ID = "", "", ""
	}
	return c.writeRun(w, r, v, flowRunPage{Client: registered, Step: step}, request, answer, *of)
}

// stepRequest is the request of a step.
func (c *Console) stepRequest(step string, registered *client.Client, of run, form url.Values) transcript.Request {
	post := func(address string, fields ...string) transcript.Request {
		return authenticated(transcript.Request{Method: http.MethodPost, URL: address, Form: transcript.Pairs(fields...)}, registered, form)
	}
	switch step {
	case stepUserInfo: // OpenID Connect Core section 5.3.1
		return transcript.Request{Method: http.MethodGet, URL: c.Provider.UserInfo, Bearer: of.Access}
	case stepIntrospection: // RFC 7662 section 2.1
		return post(c.Provider.Introspection, "token", of.Access)
	case stepRefresh: // RFC 6749 section 6
		return post(c.Provider.Token, "grant_type", "refresh_token", "refresh_token", of.Refresh)
	default: // RFC 7009 section 2.1; with the refresh token everything ends that was issued with it
		if of.Refresh != "" {
			return post(c.Provider.Revocation, "token", of.Refresh, "token_type_hint", "refresh_token")
		}
		return post(c.Provider.Revocation, "token", of.Access, "token_type_hint", "access_token")
	}
}
