package console

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// state is what may need the attention of an administrator. Each takes a bounded statement or two.
type state interface {
	EndingSecrets(ctx context.Context, after, until time.Time, limit int) ([]client.EndingSecret, error)
	Endpoints(ctx context.Context, after provider.ID, limit int) ([]webhook.Endpoint, error)
	WaitingSince(ctx context.Context) (map[notify.Channel]time.Time, error)
	ChainState(ctx context.Context, at int64) (chain.State, error)
}

// concern is one thing that needs attention. Its text is attention and Kind.
type concern struct {
	Kind, About string
	// At is since when, or when it will be.
	At   time.Time
	Path string
}

const (
	// secretsAhead is how long before its end a secret is listed.
	secretsAhead = 7 * 24 * time.Hour
	// late is how long what is done in the background may take: retries of a message, and a replica that stops.
	late = 5 * time.Minute
	// oldKey is how long a key may sign that nobody rotates.
	oldKey = 365 * 24 * time.Hour
	// mostConcerns bounds those of one kind.
	mostConcerns = 5
	// mostEndpoints is how many endpoints of webhooks are looked at.
	mostEndpoints = 200
)

// concerns are all that a viewer may read of, the oldest first.
func (c *Console) concerns(ctx context.Context, v *viewer, now time.Time) ([]concern, error) {
	var all []concern
	for _, of := range []struct {
		noun string
		list func(ctx context.Context, now time.Time) ([]concern, error)
	}{
		{"keys", c.keyConcerns}, {"clients", c.secretConcerns}, {"webhooks", c.webhookConcerns}, {"users", c.messageConcerns}, {"audit", c.auditConcerns},
	} {
		if !v.may(audit.ReadScope(of.noun)) {
			continue
		}
		list, err := of.list(ctx, now)
		if err != nil {
			return nil, err
		}
		all = append(all, list[:min(len(list), mostConcerns)]...)
	}
	slices.SortStableFunc(all, func(a, b concern) int { return a.At.Compare(b.At) })
	return all, nil
}

// keyConcerns are keys that sign longer than they should: nothing rotates them.
func (c *Console) keyConcerns(ctx context.Context, now time.Time) (list []concern, err error) {
	every := cmp.Or(c.KeySchedule.Every, oldKey)
	for _, k := range c.Keys.Known(ctx) {
		due := k.SignsSince().Add(every)
		if k.State == keys.Active && k.GoneAt == nil && now.After(due.Add(late)) {
			list = append(list, concern{"key", string(k.Algorithm), due, keysPath})
		}
	}
	return list, nil
}

func (c *Console) secretConcerns(ctx context.Context, now time.Time) (list []concern, err error) {
	ending, err := c.State.EndingSecrets(ctx, now, now.Add(secretsAhead), mostConcerns)
	for _, s := range ending {
		list = append(list, concern{"secret", s.Name, s.At, clientPath(s.ClientID)})
	}
	return list, err
}

// webhookConcerns are endpoints that do not take what is sent to them. Their path and query may be secret.
func (c *Console) webhookConcerns(ctx context.Context, _ time.Time) (list []concern, err error) {
	endpoints, err := c.State.Endpoints(ctx, provider.ID{}, mostEndpoints)
	for _, e := range endpoints {
		if e.Disabled || e.FailingSince == nil {
			continue
		}
		name := e.Description
		if u, err := url.Parse(e.URL); err == nil && name == "" {
			name = u.Host
		}
		list = append(list, concern{"webhook", name, *e.FailingSince, Path + "/webhooks/" + e.ID.String()})
	}
	return list, err
}

func (c *Console) messageConcerns(ctx context.Context, now time.Time) (list []concern, err error) {
	waiting, err := c.State.WaitingSince(ctx)
	for _, channel := range notify.Channels() {
		if since, waits := waiting[channel]; waits && now.Sub(since) > late {
			list = append(list, concern{string(channel), "", since, outboxPath})
		}
	}
	return list, err
}

// auditConcerns: records are sealed within seconds, unless the sealer refuses to go on after a chain that was tampered
// with, or no server runs it. What a verification found stays until the next one.
func (c *Console) auditConcerns(ctx context.Context, now time.Time) (list []concern, err error) {
	end, err := c.State.ChainState(ctx, 0)
	if err != nil {
		return nil, err
	}
	if end.Oldest != nil && now.Sub(*end.Oldest) > late {
		list = append(list, concern{"audit", "", *end.Oldest, auditPath})
	}
	last, err := c.Verifications.Last(ctx)
	if err == nil && last != nil && last.Fault != nil {
		list = append(list, concern{"verification", last.Fault.Error(), last.At, auditPath + "#verified"})
	}
	return list, err
}
