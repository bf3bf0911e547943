package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

const outboxPath = Path + "/outbox"

// messages are those to people, as they are stored: without their codes and links.
type messages interface {
	ListMessages(ctx context.Context, of notify.Filter, limit int) ([]notify.Stored, error)
	WaitingSince(ctx context.Context) (map[notify.Channel]time.Time, error)
}

// outboxPage is the list of messages.
type outboxPage struct {
	shell

	Channels []channelState
	Messages []sentMessage
	// Channel and State are the filter.
	Channel, State string
	States         []notify.State
	Filtered       bool
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// channelState is how messages travel, and since when one waits.
type channelState struct {
	Name notify.Channel
	// Off: this server has no way to send these.
	Off bool
	// WaitingSince is when the oldest was stored that waits to be sent; nil: none does.
	WaitingSince *time.Time
}

// sentMessage is a message as an administrator sees it. What it says is left out: it may have a code or a link that
// proves to be its recipient.
type sentMessage struct {
	ID        provider.ID
	CreatedAt time.Time
	Channel   notify.Channel
	To        string
	Kind      notify.Kind
	State     notify.State
	Tries     int
	// NextAt is when it is tried next, while it waits.
	NextAt time.Time
	// Fault is a class of errors: that of the last attempt.
	Fault string
	// UserID is zero, and Username empty, where there is none.
	UserID   provider.ID
	Username string
}

func (c *Console) serveOutbox(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := outboxPage{shell: c.shell(w, r, v, outboxPath), States: notify.States()}
	of := notify.Filter{Before: after(query)}
	if channel := notify.Channel(query.Get("channel")); slices.Contains(notify.Channels(), channel) {
		of.Channel, page.Channel = channel, string(channel)
	}
	if state := notify.State(query.Get("state")); slices.Contains(page.States, state) {
		of.State, page.State = state, string(state)
	}
	page.Filtered = page.Channel != "" || page.State != ""
	list, err := c.Messages.ListMessages(r.Context(), of, listed+1)
	if err != nil {
		return err
	}
	if len(list) > listed {
		list = list[:listed]
		page.Next = wire.Path(outboxPath, url.Values{"channel": {page.Channel}, "state": {page.State}, "after": {list[listed-1].ID.String()}})
	}
	if page.Messages, err = c.sentMessages(r.Context(), list); err != nil {
		return err
	}
	since, err := c.Messages.WaitingSince(r.Context())
	if err != nil {
		return err
	}
	for _, channel := range notify.Channels() {
		state := channelState{Name: channel, Off: !slices.Contains(c.Channels, channel)}
		if at, waits := since[channel]; waits {
			state.WaitingSince = &at
		}
		page.Channels = append(page.Channels, state)
	}
	return c.pages.For(r).Write(w, http.StatusOK, "outbox", page, r.URL.RequestURI())
}

// sentMessages are messages with the names of their users.
func (c *Console) sentMessages(ctx context.Context, list []notify.Stored) ([]sentMessage, error) {
	var ids []provider.ID
	for _, m := range list {
		if !m.UserID.IsZero() {
			ids = append(ids, m.UserID)
		}
	}
	names, err := c.Usernames.Usernames(ctx, ids)
	if err != nil {
		return nil, err
	}
	shown := make([]sentMessage, len(list))
	for i, m := range list {
		shown[i] = sentMessage{m.ID, m.CreatedAt, m.Channel, m.To, m.Kind, m.State, m.Tries, m.NextAt, m.Fault, m.UserID, names[m.UserID]}
	}
	return shown, nil
}
