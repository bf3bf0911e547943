package outbox

import (
	"context"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Where the messages are shown.
const (
	Path     = "/dev/outbox"
	JSONPath = Path + ".json"
	htmlPath = Path + "/{id:[0-9a-f-]{36}}.html"
)

// shown is how many messages are shown, the newest ones.
const shown = 100

// viewer reads messages.
type viewer interface {
	Latest(ctx context.Context, limit int) ([]notify.Preview, error)
}

// Outbox shows messages.
type Outbox struct {
	messages viewer
	pages    *pages.Set
}

// New makes an Outbox.
func New(messages viewer, set *pages.Set) *Outbox { return &Outbox{messages, set} }

// Routes are the page and the JSON.
func (o *Outbox) Routes() []route.Route {
	get := []string{http.MethodGet}
	return []route.Route{
		{Name: "outbox", Methods: get, Path: Path, Protection: route.Page, Policies: []string{ratelimit.PagePrefix}, Handler: o.page},
		{Name: "outbox document", Methods: get, Path: JSONPath, Protection: route.Open, Policies: []string{ratelimit.PagePrefix}, Handler: o.json},
		{Name: "outbox mail", Methods: get, Path: htmlPath, Protection: route.Open, Policies: []string{ratelimit.PagePrefix}, Handler: o.html},
	}
}

func (o *Outbox) page(w http.ResponseWriter, r *http.Request) error {
	list, err := o.messages.Latest(r.Context(), shown)
	if err != nil {
		return err
	}
	page := pages.Outbox{Document: JSONPath}
	for _, m := range list {
		shows := ""
		if m.HTML != "" {
			shows = Path + "/" + m.ID.String() + ".html"
		}
		page.Messages = append(page.Messages, pages.OutboxMessage{
			ID: m.ID.String(), SMS: m.Channel == notify.SMS, To: m.To, Kind: string(m.Kind), Subject: m.Subject, Text: m.Text,
			Code: m.Code, Link: m.Link, HTML: shows, Expired: m.Expired, At: m.CreatedAt.Format("2006-01-02 15:04:05 MST"),
		})
	}
	w.Header().Set("Cache-Control", "no-store")
	return o.pages.Outbox(w, page)
}

// mailPolicy is for what a message contains: nothing in it runs, and nothing is fetched. Its styles are in its
// elements. Sandboxed it has no origin; links in it do nothing, since there is one beside it.
const mailPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// html shows a mail as a mail program does.
func (o *Outbox) html(w http.ResponseWriter, r *http.Request) error {
	list, err := o.messages.Latest(r.Context(), shown)
	if err != nil {
		return err
	}
	id, err := provider.ParseID(mux.Vars(r)["id"])
	i := slices.IndexFunc(list, func(m notify.Preview) bool { return m.ID == id && m.HTML != "" })
	if err != nil || i < 0 {
		return refusal.New(refusal.NotFound, refusal.CheckNotFound, "There is no such mail any more.").Because(err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", mailPolicy)
	h.Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, list[i].HTML) // fails only when the client has disconnected
	return nil
}

type message struct {
	ID        string    `json:"id"`
	Channel   string    `json:"channel"`
	To        string    `json:"to"`
	Kind      string    `json:"kind"`
	Subject   string    `json:"subject"`
	Text      string    `json:"text"`
	Code      string    `json:"code"`
	Link      string    `json:"link"`
	CreatedAt time.Time `json:"created_at"`
}

func (o *Outbox) json(w http.ResponseWriter, r *http.Request) error {
	list, err := o.messages.Latest(r.Context(), shown)
	if err != nil {
		return err
	}
	messages := make([]message, len(list))
	for i, m := range list {
		messages[i] = message{m.ID.String(), string(m.Channel), m.To, string(m.Kind), m.Subject, m.Text, m.Code, m.Link, m.CreatedAt}
	}
	w.Header().Set("Cache-Control", "no-store")
	return wire.WriteJSON(w, http.StatusOK, messages)
}
