package console

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// responsePath shows the authorization response, whose code is in no URL any more.
const responsePath = tryPath + "/response"

// flowResponsePage shows an authorization response, and the token request that comes next.
type flowResponsePage struct {
	shell

	// Client is nil where there is no trial to go on with: the page says so, and shows nothing of what came.
	Client   *client.Client
	Path     string
	Response *authorizationResponse
	Received []valueRow
	// OtherIssuer: the response names another server than the one that was asked (RFC 9207).
	OtherIssuer bool
	// ErrorID is that of a refusal of this server, which can be explained.
	ErrorID string
	// Left is how long the code is valid, and Lifetime how long it was, in seconds; Over: it is not any more.
	Left, Lifetime int
	Over           bool
	// Request and Command are the token request with words for what is secret.
	Request, Command string
	Parameters       []valueRow
	Auth             clientAuth
	// Again are the fields of the form that begins again.
	Again []curl.Pair
}

// serveFlowCallback receives an authorization response in the place of the client, keeps it, and leads to the page that
// shows it. A response that this session did not ask for is dropped.
func (c *Console) serveFlowCallback(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query, err := wire.Query(r)
	if err != nil {
		return err
	}
	t := c.keptTrial(r, v)
	if t == nil || t.State == "" || r.Method != http.MethodGet || subtle.ConstantTimeCompare([]byte(t.State), []byte(query.Get("state"))) == 0 {
		return c.noTrial(w, r, v)
	}
	t.State = ""
	t.Response = &authorizationResponse{
		CameAt: c.now(r), Code: bounded(query.Get("code")), Issuer: bounded(query.Get("iss")),
		Error: bounded(query.Get("error")), Description: bounded(query.Get("error_description")), URI: bounded(query.Get("error_uri")),
	}
	if err := c.keepTrial(w, r, *t); err != nil {
		return err
	}
	wire.SeeOther(w, responsePath, nil)
	return nil
}

// noTrial is the page for a response that nothing belongs to, or not any more.
func (c *Console) noTrial(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.pages.For(r).Write(w, http.StatusBadRequest, "flow_response", flowResponsePage{shell: c.shell(w, r, v, tryPath)}, tryPath)
}

// received is the trial of this browser whose response has come, with its client; nil: there is none.
func (c *Console) received(r *http.Request, v *viewer) (*trial, *client.Client, error) {
	t := c.keptTrial(r, v)
	if t == nil || t.Response == nil {
		return nil, nil, nil
	}
	registered, err := c.Clients.Client(r.Context(), t.Client)
	if errors.Is(err, provider.ErrNotFound) { // deleted meanwhile
		return nil, nil, nil
	}
	return t, registered, err
}

func (c *Console) serveFlowResponse(w http.ResponseWriter, r *http.Request, v *viewer) error {
	t, registered, err := c.received(r, v)
	if err != nil {
		return err
	}
	if t == nil {
		return c.noTrial(w, r, v)
	}
	got, language := t.Response, c.pages.For(r).Language()
	page := flowResponsePage{
		shell: c.shell(w, r, v, clientsPath), Client: registered, Path: flowPath(registered.ID), Response: got,
		OtherIssuer: got.Issuer != c.Provider.Issuer, Lifetime: int(c.CodeLifetime / time.Second), Auth: c.authOf(registered),
	}
	left := got.CameAt.Add(c.CodeLifetime).Sub(c.now(r))
	page.Left, page.Over = int(left/time.Second), left <= 0
	var list []curl.Pair
	for _, p := range transcript.Pairs("code", got.Code, "error", got.Error, "error_description", got.Description, "error_uri", got.URI, "iss", got.Issuer) {
		if p.Value != "" {
			list = append(list, p)
		}
	}
	page.Received = described(language, list)
	page.ErrorID = c.errorID(got.URI)
	for _, name := range askedFields() {
		if value := t.Asked.Get(name); value != "" {
			page.Again = append(page.Again, curl.Pair{Name: name, Value: value})
		}
	}
	if page.Usable() {
		request := masked(authenticated(c.exchange(t), registered, url.Values{}))
		page.Request, page.Command, page.Parameters = request.HTTP(), request.Command(), described(language, request.Form)
	}
	return c.pages.For(r).Write(w, http.StatusOK, "flow_response", page, responsePath)
}

// Usable tells whether there is a code to exchange.
func (p flowResponsePage) Usable() bool {
	return p.Response != nil && p.Response.Code != "" && p.Response.Error == "" && !p.OtherIssuer && !p.Over
}

// exchange is the request that exchanges the code of a trial (RFC 6749 section 4.1.3).
func (c *Console) exchange(t *trial) transcript.Request {
	return c.tokenRequest("grant_type", "authorization_code", "code", t.Response.Code, "redirect_uri", c.redirectURI(), "code_verifier", t.Verifier)
}
