package metrics_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/notify"
)

func TestMessagesAreReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	since, failure := map[notify.Channel]time.Time{notify.Mail: noon.Add(-time.Minute)}, error(nil)
	require.NoError(t, m.Messages.Watch(func() time.Time { return noon }, func(ctx context.Context) (map[notify.Channel]time.Time, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "a scrape does not wait for ever")
		return since, failure
	}))
	m.Messages.Attempted(notify.Mail, notify.ResetPassword, notify.WasSent)
	assert.InDelta(t, 1, value(t, registry, "gatehouse_messages_total", "channel", "mail", "kind", "reset_password", "outcome", "sent"), 0)
	assert.Zero(t, value(t, registry, "gatehouse_messages_total", "channel", "sms", "kind", "reset_password", "outcome", "failed"))
	assert.InDelta(t, 60, value(t, registry, "gatehouse_message_waiting_age_seconds", "channel", "mail"), 0)
	assert.Zero(t, value(t, registry, "gatehouse_message_waiting_age_seconds", "channel", "sms"))
	m.Messages.Refused(notify.SMS, notify.OfSMS)
	assert.InDelta(t, 1, value(t, registry, "gatehouse_messages_refused_total", "channel", "sms", "bound", "sms"), 0)
	assert.Zero(t, value(t, registry, "gatehouse_messages_refused_total", "channel", "sms", "bound", "account"))
	assert.InDelta(t, -1, value(t, registry, "gatehouse_messages_refused_total", "channel", "mail", "bound", "sms"), 0, "that cannot be")
	failure = errors.New("away")
	_, err := registry.Gather()
	require.ErrorContains(t, err, "away")
}
