package storagetest

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/test/harness"
)

// carried counts the letters to each address, and responds as the test wants.
type carried struct {
	mu      sync.Mutex
	letters map[string][]notify.Letter
	respond func(l notify.Letter) error
}

func (c *carried) Carry(_ context.Context, l notify.Letter) error {
	c.mu.Lock()
	if c.letters == nil {
		c.letters = map[string][]notify.Letter{}
	}
	c.letters[l.To] = append(c.letters[l.To], l)
	c.mu.Unlock()
	if c.respond == nil {
		return nil
	}
	return c.respond(l)
}

func (c *carried) count(to string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.letters[to])
}

// verifications are the codes of those that are open.
type verifications map[provider.ID]string

func (v verifications) Code(_ context.Context, id provider.ID) (code, link string, err error) {
	if v[id] == "" {
		return "", "", provider.ErrNotFound
	}
	return v[id], "https://id.example/verify?v=1", nil
}

// messageSender is a process that sends mails. What it logs is safe to read by who may not read mails.
func (f *fixture) messageSender(t *testing.T, carrier notify.Carrier, codes verifications) *notify.Sender {
	t.Helper()
	var log harness.Output
	t.Cleanup(func() {
		assert.NotContains(t, log.String(), "12345678")
		assert.NotContains(t, log.String(), "example.com")
		assert.NotContains(t, log.String(), "/verify")
	})
	texts, err := notify.NewTexts(notify.Brand{Product: "Example", Issuer: "https://id.example"})
	require.NoError(t, err)
	return notify.NewSender(notify.SenderConfig{
		Queue: f.Store, Codes: codes, Texts: texts, Carriers: map[notify.Channel]notify.Carrier{notify.Mail: carrier},
		Clock: f.clock, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
}

func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	end()
	return ctx
}

// settled waits until nothing is on its way, and returns the messages by address.
func (f *fixture) settledMessages(t *testing.T, s *notify.Sender) map[string]notify.Stored {
	t.Helper()
	by := map[string]notify.Stored{}
	require.Eventually(t, func() bool {
		require.NoError(t, s.Start(t.Context()))
		s.Run(ended(t)) // waits for the attempts in progress: one that is made again looks like one that failed
		due := 0
		for _, channel := range notify.Channels() {
			list, err := f.DueMessages(t.Context(), notify.Wanted{Channel: channel}, f.clock(), 10)
			require.NoError(t, err)
			due += len(list)
		}
		for _, m := range f.allMessages(t) {
			if by[m.To] = m; m.State == notify.Waiting && m.Fault == "" {
				due++ // claimed
			}
		}
		return due == 0
	}, 8*time.Second, 20*time.Millisecond)
	return by
}

// However many processes send, each message is sent once.
func testSenderRace(t *testing.T, f *fixture) {
	ctx, outbox, carrier := t.Context(), f.messages(), &carried{}
	addresses := make([]string, 60)
	for i := range addresses {
		addresses[i] = string(rune('a'+i%26)) + string(rune('a'+i/26)) + "@example.com"
		require.NoError(t, outbox.Add(ctx, mailTo(addresses[i])))
	}
	senders := []*notify.Sender{f.messageSender(t, carrier, nil), f.messageSender(t, carrier, nil), f.messageSender(t, carrier, nil)}
	var wg sync.WaitGroup
	for _, s := range senders {
		wg.Go(func() {
			for range 4 {
				assert.NoError(t, s.Start(ctx))
			}
		})
	}
	wg.Wait()
	for to, m := range f.settledMessages(t, senders[0]) {
		assert.Equal(t, notify.Sent, m.State, to)
		assert.Equal(t, 1, m.Tries, to)
		assert.Equal(t, 1, carrier.count(to), to)
	}

	f.advance(time.Millisecond) // ids of one instant have no order
	require.NoError(t, outbox.Add(ctx, mailTo("crash@example.com")))
	due, err := f.DueMessages(ctx, notify.Wanted{Channel: notify.Mail}, f.clock(), 10)
	require.NoError(t, err)
	require.Len(t, due, 1)
	var claimed atomic.Int32
	for range 20 {
		wg.Go(func() {
			if _, err := f.ClaimMessage(ctx, due[0].ID, f.clock(), f.clock().Add(time.Minute)); err == nil {
				claimed.Add(1)
			} else {
				assert.ErrorIs(t, err, provider.ErrNotFound)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, claimed.Load())
	f.advance(time.Minute)
	later, err := f.ClaimMessage(ctx, due[0].ID, f.clock(), f.clock().Add(time.Minute))
	require.NoError(t, err, "the process that claimed it crashed")
	assert.Equal(t, 2, later.Tries)
	stale := later
	stale.Tries, stale.State = 1, notify.Failed
	require.NoError(t, f.SettleMessage(ctx, stale))
	assert.Equal(t, notify.Waiting, f.allMessages(t)[0].State, "a failure of the process that lost its claim")
	stale.State = notify.Sent
	require.NoError(t, f.SettleMessage(ctx, stale))
	assert.Equal(t, notify.Sent, f.allMessages(t)[0].State, "it was sent, whoever claimed it since")
}

// What becomes of a message follows from what the server responds.
func testMessageSender(t *testing.T, f *fixture) {
	ctx, outbox := t.Context(), f.messages()
	open, used := f.newID(), f.newID()
	var down atomic.Bool
	down.Store(true)
	carrier := &carried{respond: func(l notify.Letter) error {
		switch {
		case l.To == "refused@example.com":
			return &notify.Fault{Class: "smtp_550", Permanent: true}
		case l.To == "asks@example.com" && down.Load():
			return &notify.Fault{Class: "status_429", RetryAfter: time.Hour}
		case l.To == "never@example.com", l.To == "greylisted@example.com" && down.Load():
			return &notify.Fault{Class: "smtp_451"}
		}
		return nil
	}}
	s := f.messageSender(t, carrier, verifications{open: "12345678"})
	add := func(to string, change func(m *notify.Message)) {
		m := mailTo(to)
		if change != nil {
			change(&m)
		}
		require.NoError(t, outbox.Add(ctx, m))
	}
	for _, to := range []string{"fine@example.com", "refused@example.com", "greylisted@example.com", "never@example.com", "asks@example.com"} {
		add(to, nil)
	}
	add("code@example.com", func(m *notify.Message) { m.Kind, m.Verification = notify.ResetPassword, open })
	add("used@example.com", func(m *notify.Message) { m.Kind, m.Verification = notify.ResetPassword, used })
	add("told@example.com", func(m *notify.Message) { m.Kind, m.Verification = notify.FactorAdded, used })
	add("+4915112345678", func(m *notify.Message) { m.Channel = notify.SMS })
	add("silent@example.com", func(m *notify.Message) { m.Silent = true })

	due, err := s.Due(ctx)
	require.NoError(t, err)
	assert.True(t, due)
	got := f.settledMessages(t, s)
	due, err = s.Due(ctx)
	require.NoError(t, err)
	assert.False(t, due)
	assert.Equal(t, notify.Sent, got["fine@example.com"].State)
	assert.Equal(t, notify.Sent, got["code@example.com"].State)
	assert.Contains(t, carrier.letters["code@example.com"][0].Text, "12345678")
	assert.Equal(t, notify.Failed, got["refused@example.com"].State)
	assert.Equal(t, "smtp_550", got["refused@example.com"].Fault)
	assert.Equal(t, notify.Dropped, got["used@example.com"].State)
	assert.Zero(t, carrier.count("used@example.com"))
	assert.Equal(t, notify.Sent, got["told@example.com"].State, "it is worth knowing without the link")
	assert.Contains(t, carrier.letters["told@example.com"][0].Text, "/recover")
	assert.Zero(t, carrier.count("silent@example.com"))
	assert.Equal(t, notify.Waiting, got["+4915112345678"].State, "another server may be able to send it")
	assert.Equal(t, "not_configured", got["+4915112345678"].Fault)
	assert.Equal(t, notify.Waiting, got["greylisted@example.com"].State)
	assert.False(t, got["asks@example.com"].NextAt.Before(f.clock().Add(time.Hour)), "Retry-After")

	down.Store(false)
	f.advance(20 * time.Second)
	got = f.settledMessages(t, s)
	assert.Equal(t, notify.Sent, got["greylisted@example.com"].State)
	assert.Equal(t, 2, carrier.count("greylisted@example.com"))
	assert.Equal(t, notify.Waiting, got["asks@example.com"].State)
	assert.Equal(t, 1, carrier.count("refused@example.com"), "it is not asked again")
	for got["never@example.com"].State == notify.Waiting && f.clock().Before(got["never@example.com"].CreatedAt.Add(48*time.Hour)) {
		f.setTime(got["never@example.com"].NextAt)
		got = f.settledMessages(t, s)
	}
	assert.Equal(t, notify.Failed, got["never@example.com"].State)
	assert.Less(t, f.clock().Sub(got["never@example.com"].CreatedAt), 24*time.Hour)
	assert.Greater(t, f.clock().Sub(got["never@example.com"].CreatedAt), 18*time.Hour)
	assert.Equal(t, notify.Sent, got["asks@example.com"].State)

	add("late@example.com", nil)
	f.advance(48 * time.Hour)
	assert.Equal(t, notify.Sent, f.settledMessages(t, s)["late@example.com"].State, "it was never tried: no server was running")
}

// What another version of the server writes is left to it, however often this one looks.
func testSenderOfAnotherVersion(t *testing.T, f *fixture) {
	ctx, carrier := t.Context(), &carried{}
	s := f.messageSender(t, carrier, nil)
	add := func(to string, kind notify.Kind) {
		m := mailTo(to)
		m.ID, m.Kind, m.CreatedAt = f.newID(), kind, f.clock()
		require.NoError(t, f.AddMessage(ctx, notify.Stored{Message: m, Key: to, AddressNumber: 1, State: notify.Waiting, NextAt: f.clock()}))
	}
	add("newer@example.com", "of_a_newer_version")
	for range 3 {
		due, err := s.Due(ctx)
		require.NoError(t, err)
		assert.False(t, due)
		require.NoError(t, s.Start(ctx))
		f.advance(time.Hour)
	}
	got := f.allMessages(t)
	require.Len(t, got, 1)
	assert.Equal(t, []any{notify.Waiting, 0}, []any{got[0].State, got[0].Tries})
	due, err := f.DueMessages(ctx, notify.Wanted{Channel: notify.Mail, Kinds: []notify.Kind{"of_a_newer_version"}}, f.clock(), 10)
	require.NoError(t, err)
	assert.Len(t, due, 1, "the other version finds it")
}

// What is on its way when the process ends is noted, and not sent again by the next one.
func testSenderEnds(t *testing.T, f *fixture) {
	outbox := f.messages()
	begun, release := make(chan struct{}), make(chan struct{})
	carrier := &carried{respond: func(notify.Letter) error {
		close(begun)
		<-release
		return nil
	}}
	s := f.messageSender(t, carrier, nil)
	require.NoError(t, outbox.Add(t.Context(), mailTo("slow@example.com")))
	ctx, end := context.WithCancel(t.Context())
	require.NoError(t, s.Start(ctx))
	<-begun
	end()
	ended := make(chan struct{})
	go func() {
		s.Run(ctx)
		close(ended)
	}()
	select {
	case <-ended:
		t.Error("it did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-ended
	assert.Equal(t, notify.Sent, f.allMessages(t)[0].State)
}
