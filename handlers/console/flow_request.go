package console

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// flowRequestPage shows the authorization request that the browser is about to carry.
type flowRequestPage struct {
	shell

	Client     *client.Client
	Path       string
	Parameters []valueRow
	// Request is how it is sent, and Address where the link leads.
	Request, Address string
}

// askedFields are the parameters that a form of the page may have.
func askedFields() []string {
	return []string{"scope", "prompt", "max_age", "acr_values", "login_hint", "resource"}
}

// serveFlowStart makes the secrets of a sign-in, and shows its authorization request.
func (c *Console) serveFlowStart(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	asked := url.Values{}
	for _, name := range askedFields() {
		if value := trimmed(form, name); value != "" {
			asked.Set(name, value)
		}
	}
	t := c.newTrial(r, v, registered.ID, asked)
	if err := c.keepTrial(w, r, t); err != nil {
		return err
	}
	request := c.authorizationRequest(t)
	return c.pages.For(r).Write(w, http.StatusOK, "flow_request", flowRequestPage{
		shell: c.shell(w, r, v, clientsPath), Client: registered, Path: flowPath(registered.ID),
		Parameters: described(c.pages.For(r).Language(), request.Form), Request: "GET " + request.Address(), Address: request.Address(),
	}, flowPath(registered.ID))
}

// authorizationRequest is the request of a trial (OpenID Connect Core section 3.1.2.1, RFC 7636 section 4.3).
func (c *Console) authorizationRequest(t trial) transcript.Request {
	form := transcript.Pairs("response_type", "code", "client_id", t.Client, "redirect_uri", c.redirectURI())
	for _, name := range askedFields() {
		if value := t.Asked.Get(name); value != "" {
			form = append(form, curl.Pair{Name: name, Value: value})
		}
	}
	form = append(form, transcript.Pairs(
		"state", t.State, "nonce", t.Nonce, "code_challenge", transcript.Challenge(t.Verifier), "code_challenge_method", "S256",
	)...)
	return transcript.Request{Method: http.MethodGet, URL: c.Provider.Authorization, Form: form}
}
