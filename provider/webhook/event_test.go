package webhook_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// outbox keeps what is stored, for one endpoint that wants everything.
type outbox struct{ deliveries []webhook.Delivery }

func (*outbox) AppendVersioned(context.Context, audit.Record) (int64, error) { return 0, nil }

func (*outbox) EnabledEndpoints(context.Context) ([]webhook.Endpoint, error) {
	return []webhook.Endpoint{{ID: provider.RandomID(rand.Reader)}}, nil
}

func (o *outbox) AddDelivery(_ context.Context, d webhook.Delivery) error {
	o.deliveries = append(o.deliveries, d)
	return nil
}

// A new kind of act gets an event, or a reason to have none.
func TestEachActHasAnEventOrAReason(t *testing.T) {
	t.Parallel()
	none := []audit.Action{
		audit.UserSignInRefused, audit.LimitRefuse, // sums of a minute, which an attacker can cause
		audit.LogExpire,
		audit.ClientRedeliverLogout, // nothing changes, and what is sent again tells the receiver
		// They would report themselves.
		audit.WebhookCreate, audit.WebhookUpdate, audit.WebhookDelete, audit.WebhookRotateSecret, audit.WebhookRedeliver, audit.WebhookTest,
	}
	var names []string
	for _, action := range audit.Actions() {
		stored := &outbox{}
		require.NoError(t, webhook.NewOutbox(stored, stored, rand.Reader).AppendRecord(t.Context(), audit.Record{Action: action}))
		if slices.Contains(none, action) {
			assert.Empty(t, stored.deliveries, action)
			continue
		}
		if assert.Len(t, stored.deliveries, 1, action) {
			names = append(names, stored.deliveries[0].Type)
		}
	}
	slices.Sort(names)
	assert.Equal(t, webhook.Types(), names)
	assert.Equal(t, slices.Compact(slices.Clone(names)), names, "each act has a name of its own")
}

// An event names what changed; the values, which may be personal data, stay here.
func TestEventsHaveNoValues(t *testing.T) {
	t.Parallel()
	stored := &outbox{}
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	err := webhook.NewOutbox(stored, stored, rand.Reader).AppendRecord(t.Context(), audit.Record{
		At: at, Action: audit.UserUpdate, Target: audit.Target{Type: audit.User, ID: "7", UserID: "7"},
		Actor:   audit.Actor{Kind: audit.OperatingSystemUser, ID: "root", Host: "db1", Address: "192.0.2.7", UserAgent: "curl", RequestID: "r"},
		Changes: audit.Changes{"phone_number": {Before: "+49 30 1", After: "+49 30 2"}, "email": {Before: "a@example.com", After: "b@example.com"}},
	})
	require.NoError(t, err)
	require.Len(t, stored.deliveries, 1)
	d := stored.deliveries[0]
	assert.Equal(t, at, d.NextAt)
	var body map[string]any
	require.NoError(t, json.Unmarshal(d.Body, &body))
	assert.Equal(t, map[string]any{
		"type": "user.updated", "timestamp": "2026-03-04T05:06:07Z",
		"data": map[string]any{
			"actor": map[string]any{"type": string(audit.OperatingSystemUser), "id": "root"}, "target": map[string]any{"type": "user", "id": "7"},
			"user_id": "7", "changed": []any{"email", "phone_number"},
		},
	}, body)
}
