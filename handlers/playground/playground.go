package playground

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/transcript"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Where the page is, and where authorization responses go.
const (
	Path         = "/playground"
	CallbackPath = Path + "/callback"
)

// server sends requests to this server, and to no other.
type server interface {
	Do(ctx context.Context, method, address string, header http.Header, body string, maxBody int64) (outbound.Reply, error)
}

// browsers tells browsers apart, and keeps forms of other sites away.
type browsers interface {
	Browser(r *http.Request) (id [sha256.Size]byte, known bool)
	FormToken(w http.ResponseWriter, r *http.Request) string
	ReadForm(r *http.Request, shown func(url.Values) bool) (url.Values, error)
}

// records opens what the server has recorded of its refusals.
type records interface {
	Open(id string) (refusal.Record, error)
}

// explanations say what the checks are for.
type explanations interface {
	Explain(check refusal.Check) refusal.Entry
}

// Config is the dependencies and settings of the page; all are required.
type Config struct {
	Issuer string
	Paths  oauth.Paths
	// Web signs users in, Service acts for itself and may introspect, Trusted may use passwords.
	Web, Service, Trusted transcript.Client
	// Username and Password are those of a demo user.
	Username, Password string
	Server             server
	Browsers           browsers
	Records            records
	Refusals           explanations
	Pages              *pages.Set
	Clock              provider.Clock
	Random             io.Reader
}

// Playground serves the page.
type Playground struct {
	Config

	flows []flow
	kept  *attempts
}

// New makes a Playground.
func New(c Config) *Playground { return &Playground{Config: c, flows: flows(), kept: newAttempts()} }

// Routes are the page, the form of its steps, and where the browser comes back with a code.
func (p *Playground) Routes() []route.Route {
	get, post, head := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodHead}
	policies := []string{ratelimit.PagePrefix}
	const one = Path + "/{flow}"
	return []route.Route{
		{Name: "playground", Methods: get, Path: Path, Protection: route.Page, Policies: policies, Handler: p.start},
		{Name: "playground callback", Methods: get, Path: CallbackPath, Protection: route.Page, Policies: policies, Handler: p.callback},
		{Name: "playground callback head", Methods: head, Path: CallbackPath, Protection: route.Page, Policies: policies, Handler: route.Head},
		{Name: "playground flow", Methods: get, Path: one, Protection: route.Page, Policies: policies, Handler: p.show},
		{Name: "playground step", Methods: post, Path: one, Protection: route.Page, Policies: policies, Handler: p.run},
	}
}

func (p *Playground) start(w http.ResponseWriter, r *http.Request) error {
	if address := p.ownAddress(r); address != "" {
		return seeOther(w, address)
	}
	w.Header().Set("Cache-Control", "no-store")
	return p.Pages.Playground(w, pages.Playground{Issuer: p.Issuer, Flows: p.links()})
}

// show shows a flow, with what this browser has tried. It changes nothing.
func (p *Playground) show(w http.ResponseWriter, r *http.Request) error {
	f, err := p.named(r)
	if err != nil {
		return err
	}
	if address := p.ownAddress(r); address != "" {
		return seeOther(w, address)
	}
	browser, _ := p.Browsers.Browser(r)
	now := p.Clock.Now(r.Context())
	page := p.page(f, p.kept.of(browser, f.name, now), now)
	page.Token = p.Browsers.FormToken(w, r)
	w.Header().Set("Cache-Control", "no-store")
	return p.Pages.PlaygroundFlow(w, page)
}

// named is the flow in the path of a request.
func (p *Playground) named(r *http.Request) (flow, error) {
	for _, f := range p.flows {
		if f.name == mux.Vars(r)["flow"] {
			return f, nil
		}
	}
	return flow{}, refusal.New(refusal.NotFound, refusal.CheckNotFound, "The playground has no such flow.")
}

// restart is what the form sends to forget an attempt.
const restart = "restart"

// run does a step of a flow, and leads back to the page.
func (p *Playground) run(w http.ResponseWriter, r *http.Request) error {
	f, err := p.named(r)
	if err != nil {
		return err
	}
	form, err := p.Browsers.ReadForm(r, nil)
	if err != nil {
		return err
	}
	browser, known := p.Browsers.Browser(r)
	if !known {
		return refusal.New(refusal.InvalidRequest, refusal.CheckFlow, "The browser sent no cookie.")
	}
	name := form.Get("step")
	if name == restart {
		p.kept.forget(browser, f.name)
		return backTo(w, f, "")
	}
	s, ok := f.step(name)
	if !ok || s.visit {
		return refusal.New(refusal.NotFound, refusal.CheckNotFound, "The flow has no such step.")
	}
	now := p.Clock.Now(r.Context())
	a := p.kept.of(browser, f.name, now)
	switch {
	case s.build == nil:
		p.kept.begin(browser, f.name, p.newAttempt(), now)
		return backTo(w, f, s.name)
	case s.needs != nil && s.needs(a) != "":
		return backTo(w, f, s.name) // sent again from an old page, which says what is missing
	}
	got := p.send(r.Context(), s.build(p.Config, a))
	if s.check != nil && got.OK() {
		if got.note, err = s.check(r.Context(), p.Config, a, got, now); err != nil {
			got.note, got.refused = "The application does not accept it: "+err.Error()+".", true
		}
	}
	p.kept.learn(browser, f.name, now, s, got)
	return backTo(w, f, s.name+answerSuffix)
}

// answerSuffix makes the id of an answer out of that of its step.
const answerSuffix = "-answer"

// backTo leads to an element of the page of a flow: a reload then sends nothing again.
func backTo(w http.ResponseWriter, f flow, element string) error {
	address := Path + "/" + f.name
	if element != "" {
		address += "#" + element
	}
	return seeOther(w, address)
}

func seeOther(w http.ResponseWriter, address string) error {
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
