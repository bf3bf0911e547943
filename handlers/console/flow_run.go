package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/handlers/websession"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// run is what a flow has yielded. It travels sealed, in a hidden field of a page that is stored nowhere.
type run struct {
	Session provider.ID `json:"session"`
	Client  string      `json:"client"`
	At      time.Time   `json:"at"`
	Access  string      `json:"access,omitempty"`
	Refresh string      `json:"refresh,omitempty"`
	ID      string      `json:"id,omitempty"`
	// Nonce is that of the authorization request; empty: the ID token need have none.
	Nonce string `json:"nonce,omitempty"`
	// Person: a person has signed in.
	Person bool `json:"person,omitempty"`
}

// runAge is how long the page of a run can be used.
const runAge = time.Hour

// The bounds of an answer that is kept, and of the form with what it yielded, in bytes.
const (
	maxAnswer = 48 << 10
	maxRun    = 256 << 10
)

func (c *Console) sealRun(w http.ResponseWriter, r *http.Request, of run) (string, error) {
	plain, err := json.Marshal(of)
	if err != nil {
		return "", err
	}
	return c.Web.Seal(w, r, websession.ConsoleRun, plain), nil
}

// openRun is the run of a form; nil: it is none of this session, or too old.
func (c *Console) openRun(r *http.Request, v *viewer, text string) *run {
	plain, err := c.Web.Open(r, websession.ConsoleRun, text)
	of := run{}
	if err != nil || json.Unmarshal(plain, &of) != nil || of.Session != v.session.ID || c.now(r).Sub(of.At) >= runAge {
		return nil
	}
	return &of
}

// learn takes the tokens of a good answer that is whole.
func (of *run) learn(answer transcript.Answer) {
	if !answer.OK() || answer.Cut {
		return
	}
	for _, m := range transcript.Members(answer.Body) {
		into, ok := map[string]*string{"access_token": &of.Access, "refresh_token": &of.Refresh, "id_token": &of.ID}[m.Name]
		if ok {
			*into = m.Text()
		}
	}
}

// flowRunPage shows a request, its answer and what the flow has yielded.
type flowRunPage struct {
	shell

	Client *client.Client
	Path   string
	// Step is the name of what was done.
	Step     string
	Exchange exchangeView
	Tokens   []tokenView
	// Run is sealed; empty: there is nothing to go on with. Steps are what can be done next.
	Run   string
	Steps []string
	Auth  clientAuth
	// Retry: the code is still there to be exchanged.
	Retry bool
	// Person: a person has signed in, whose consent and tokens are recorded.
	Person bool
	// Registered: the client still has the redirect URI of the console.
	Registered bool
}

// TokensPath is the list of the tokens that runs leave behind.
func (p flowRunPage) TokensPath() string {
	if !p.Person {
		return tokensPath + "?" + url.Values{"client": {p.Client.ID}}.Encode()
	}
	return recordedPath(p.shell, tokensPath, p.Client.ID)
}

// ConsentsPath is the list of the viewer's consents to the client.
func (p flowRunPage) ConsentsPath() string { return recordedPath(p.shell, consentsPath, p.Client.ID) }

// send sends a request to this server.
func (c *Console) send(r *http.Request, request transcript.Request) (transcript.Answer, error) {
	u, err := url.Parse(request.Address())
	if err != nil {
		return transcript.Answer{}, err
	}
	reply, err := c.Self.Do(r.Context(), request.Method, u.RequestURI(), request.Header(), request.Body(), maxAnswer)
	if err != nil {
		return transcript.Answer{}, err
	}
	answer := transcript.Answer{Status: reply.Status, Body: reply.Body, Cut: reply.Cut}
	for _, name := range []string{"Content-Type", "Cache-Control", "WWW-Authenticate", "Retry-After", "X-Request-ID"} {
		for _, value := range reply.Header.Values(name) {
			answer.Headers = append(answer.Headers, transcript.Pairs(name, value)...)
		}
	}
	return answer, nil
}

// writeRun shows the answer to a request that was sent, and what the run has by now.
func (c *Console) writeRun(w http.ResponseWriter, r *http.Request, v *viewer, page flowRunPage, request transcript.Request, answer transcript.Answer, of run) (err error) {
	page.shell, page.Path, page.Auth, page.Person = c.shell(w, r, v, clientsPath), flowPath(page.Client.ID), c.authOf(page.Client), of.Person
	page.Registered = slices.Contains(page.Client.RedirectURIs, c.redirectURI())
	w.Header().Set("Cache-Control", "no-store") // it has tokens
	page.Exchange = c.exchangeView(r, v, request, answer)
	if of.Access != "" {
		if page.Tokens, err = c.tokenViews(r, v, of); err != nil {
			return err
		}
		if page.Run, err = c.sealRun(w, r, of); err != nil {
			return err
		}
		page.Steps = stepsOf(page.Client, of)
	}
	return c.pages.For(r).Write(w, http.StatusOK, "flow_run", page, page.Path)
}

// stepsOf are what can be done with the tokens of a run.
func stepsOf(registered *client.Client, of run) (list []string) {
	if of.Person && of.ID != "" {
		list = append(list, stepUserInfo)
	}
	if !registered.Public() {
		list = append(list, stepIntrospection)
	}
	if of.Refresh != "" {
		list = append(list, stepRefresh)
	}
	return append(list, stepRevocation)
}
