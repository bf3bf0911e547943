package storagetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/outbound/mail"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// A domain that lets the server wait, and mails that failed before, do not delay a code for somebody else,
// however many mails there are before it.
func testSlowRecipients(t *testing.T, f *fixture) {
	ctx, end := context.WithCancel(t.Context())
	outbox := f.messages()
	answer, answerAgain := make(chan struct{}), make(chan struct{})
	server := services.NewSMTP(t, services.SMTPOptions{Rcpt: func(to string, attempt int) error {
		switch {
		case strings.HasSuffix(strings.ToLower(to), "@slow_.example.com"), strings.HasSuffix(to, ".slow.example"):
			<-answer
		case strings.HasPrefix(to, "again") && attempt == 1:
			return services.SMTPRefusal(451, [3]int{4, 7, 1}, "try again later")
		case strings.HasPrefix(to, "again"):
			<-answerAgain
		}
		return nil
	}})
	address, err := mail.Parse(fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", server.Port), "no-reply@example.com")
	require.NoError(t, err)
	mailer, err := mail.New(address, nil, f.clock)
	require.NoError(t, err)
	s := f.messageSender(t, mailer, nil)
	add := func(number int, to string) {
		for i := range number {
			require.NoError(t, outbox.Add(ctx, mailTo(strings.ReplaceAll(to, "N", strconv.Itoa(i)))))
		}
		f.advance(time.Millisecond) // what was added first has waited longest
	}
	states := func() map[string]notify.State {
		by := map[string]notify.State{}
		for _, m := range f.allMessages(t) {
			by[m.To] = m.State
		}
		return by
	}
	sent := func(addresses ...string) {
		t.Helper()
		require.Eventually(t, func() bool {
			require.NoError(t, s.Start(ctx))
			by := states()
			return !slices.ContainsFunc(addresses, func(to string) bool { return by[to] != notify.Sent })
		}, 8*time.Second, 20*time.Millisecond, addresses)
	}
	refused := func(addresses ...string) {
		t.Helper()
		require.Eventually(t, func() bool {
			require.NoError(t, s.Start(ctx))
			return !slices.ContainsFunc(addresses, func(to string) bool { return server.Attempts(to) == 0 })
		}, 8*time.Second, 20*time.Millisecond, addresses)
	}

	add(4, "againN@N.example.org")
	refused("again0@0.example.org", "again1@1.example.org", "again2@2.example.org", "again3@3.example.org")
	require.Eventually(t, func() bool { return server.Connections() == 0 }, 4*time.Second, 10*time.Millisecond)
	f.advance(time.Minute)
	require.NoError(t, s.Start(ctx)) // repeated ones hang
	add(1, "first@example.com")
	sent("first@example.com")
	close(answerAgain)
	sent("again0@0.example.org", "again1@1.example.org", "again2@2.example.org", "again3@3.example.org")

	add(210, "N@Slow_.example.com")
	add(1, "second@example.com")
	add(1, "third@slowX.example.com")
	sent("second@example.com", "third@slowX.example.com")
	due, err := f.DueMessages(ctx, notify.Wanted{Channel: notify.Mail, NotTo: []string{"other.example", "slow_.example.com"}}, f.clock(), 500)
	require.NoError(t, err)
	assert.Empty(t, due)
	require.Eventually(t, func() bool {
		require.NoError(t, s.Start(ctx))
		waiting, err := f.DueMessages(ctx, notify.Wanted{Channel: notify.Mail}, f.clock(), 500)
		require.NoError(t, err)
		return len(waiting) == 208
	}, 8*time.Second, 20*time.Millisecond, "two are on their way")

	for i := range 4 {
		add(1, fmt.Sprintf("N@%d.slow.example", i))
	}
	add(1, "fourth@example.com")
	sent("fourth@example.com")

	end()
	close(answer)
	s.Run(ctx)
	arrived := 0
	for to, state := range states() {
		if strings.HasSuffix(to, "@Slow_.example.com") && state == notify.Sent {
			arrived++
		}
	}
	assert.Equal(t, 2, arrived, "the end waits for what is on its way")
}
