package outbox

import (
	"context"
	"net/http"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Where the messages are shown.
const (
	Path     = "/dev/outbox"
	JSONPath = Path + ".json"
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
	}
}

func (o *Outbox) page(w http.ResponseWriter, r *http.Request) error {
	list, err := o.messages.Latest(r.Context(), shown)
	if err != nil {
		return err
	}
	page := pages.Outbox{Document: JSONPath}
	for _, m := range list {
		page.Messages = append(page.Messages, pages.OutboxMessage{
			ID: m.ID.String(), SMS: m.Channel == notify.SMS, To: m.To, Kind: string(m.Kind), Subject: m.Subject, Text: m.Text,
			Code: m.Code, Link: m.Link, Expired: m.Expired, At: m.CreatedAt.Format("2006-01-02 15:04:05 MST"),
		})
	}
	w.Header().Set("Cache-Control", "no-store")
	return o.pages.Outbox(w, page)
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
