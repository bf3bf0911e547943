package e2e_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// outbox writes messages to the database of a server, as one of its processes does.
func outbox(t *testing.T, databaseURL string) *notify.Outbox {
	t.Helper()
	store, err := storage.Open(t.Context(), storage.Options{URL: databaseURL, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	return notify.NewOutbox(store, time.Now, rand.Reader)
}

// Messages leave by SMTP and by the signed webhook; what the recipient's server refuses is not tried again.
func TestMessagesAreSent(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
		smtp := services.NewSMTP(t, services.SMTPOptions{
			TLS: true, OnlyTLS: true, User: "gatehouse", Password: "a-password-of-smtp",
			Rcpt: func(to string, _ int) error {
				if to == "unknown@example.net" {
					return services.SMTPRefusal(550, [3]int{5, 1, 1}, "unknown@example.net has no mailbox here")
				}
				return nil
			},
		})
		verifier, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		texts := make(chan string, 10)
		gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil || verifier.Verify(body, r.Header) != nil {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			texts <- string(body)
		}))
		defer gateway.Close()
		s := prepare(t, databaseURL)
		s.env = append(s.env, fmt.Sprintf("GATEHOUSE_SMTP_URL=smtp://gatehouse:a-password-of-smtp@127.0.0.1:%d", smtp.Port), "GATEHOUSE_MAIL_FROM=Example <no-reply@example.com>",
			"GATEHOUSE_OUTBOUND_CA="+smtp.CAFile, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1", "GATEHOUSE_SMS_WEBHOOK_URL="+gateway.URL, "GATEHOUSE_SMS_WEBHOOK_SECRET="+secret)
		s.run()

		o := outbox(t, databaseURL)
		for _, m := range []notify.Message{
			{Channel: notify.Mail, To: "alice@example.net", Kind: notify.PasswordChanged, Locale: "fr", Data: notify.Data{Username: "alice", At: time.Now()}},
			{Channel: notify.Mail, To: "unknown@example.net", Kind: notify.AddressTaken},
			{Channel: notify.Mail, To: "silent@example.net", Kind: notify.AddressTaken, Silent: true},
			{Channel: notify.SMS, To: "+4915112345678", Kind: notify.NewSignIn},
		} {
			require.NoError(t, o.Add(t.Context(), m))
		}
		require.Eventually(t, func() bool {
			page := s.metricsPage()
			return strings.Contains(page, `gatehouse_messages_total{channel="mail",kind="password_changed",outcome="sent"} 1`) &&
				strings.Contains(page, `gatehouse_messages_total{channel="mail",kind="address_taken",outcome="failed"} 1`) &&
				strings.Contains(page, `gatehouse_messages_total{channel="sms",kind="new_sign_in",outcome="sent"} 1`)
		}, 15*time.Second, 100*time.Millisecond)
		mails := smtp.Mails()
		require.Len(t, mails, 1)
		message, err := netmail.ReadMessage(bytes.NewReader(mails[0].Content))
		require.NoError(t, err)
		assert.Equal(t, "alice@example.net", mails[0].To)
		assert.Equal(t, "fr", message.Header.Get("Content-Language"))
		assert.Contains(t, <-texts, `"to":"+4915112345678"`)
		assert.Equal(t, 1, smtp.Attempts("unknown@example.net"))
		require.Eventually(t, func() bool { return strings.Contains(s.log.String(), `"fault":"smtp_550_5.1.1"`) }, 5*time.Second, 20*time.Millisecond, "the log is written in batches")
		for _, hidden := range []string{"alice@example.net", "unknown@example.net", "a-password-of-smtp", "4915112345678", secret} {
			assert.NotContains(t, s.log.String(), hidden)
		}
		assert.Equal(t, http.StatusNotFound, s.get("/dev/outbox").status, "codes are for their recipients")
		assert.Equal(t, http.StatusNotFound, s.get("/dev/outbox.json").status)
	})
}

// dataDir is where a development server has its database.
func (s *server) dataDir() (data string) {
	for _, pair := range s.env {
		if directory, ok := strings.CutPrefix(pair, "GATEHOUSE_DATA_DIR="); ok {
			data = directory
		}
	}
	return data
}

func TestDevelopmentServerShowsMessages(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	w.do(chromedp.Navigate(s.url+"/dev/outbox"), chromedp.WaitVisible("#outbox-empty"))
	assert.JSONEq(t, "[]", s.get("/dev/outbox.json").body)
	o := outbox(t, storage.SQLiteURL(filepath.Join(s.dataDir(), "dev.db")))
	require.NoError(t, o.Add(t.Context(), notify.Message{
		Channel: notify.Mail, To: "alice@example.com", Kind: notify.NewSignIn, Locale: "de", Data: notify.Data{Username: "alice", Device: "Firefox on Windows", At: time.Now()},
	}))
	time.Sleep(2 * time.Millisecond) // ids of one instant have no order
	require.NoError(t, o.Add(t.Context(), notify.Message{Channel: notify.SMS, To: "+4915112345678", Kind: notify.AddressTaken}))
	shown := s.get("/dev/outbox.json").body
	assert.Regexp(t, `^\[\{"id":"[^"]+","channel":"sms","to":"\+4915112345678","kind":"address_taken","subject":"","text":"Your number already belongs`, shown)
	assert.Contains(t, shown, `"subject":"Neue Anmeldung an Ihrem Konto bei Gatehouse"`)
	require.Eventually(t, func() bool {
		return strings.Contains(s.metricsPage(), `gatehouse_messages_total{channel="mail",kind="new_sign_in",outcome="sent"} 1`)
	}, 10*time.Second, 100*time.Millisecond, "it counts as sent")
	for _, look := range []struct {
		theme string
		width int64
	}{{"light", 1440}, {"dark", 360}} {
		w.do(chromedp.EmulateViewport(look.width, 1600), prefer(look.theme), chromedp.Navigate(s.url+"/dev/outbox"), chromedp.WaitVisible("#outbox-page"), chromedp.Click("details summary"))
		w.screenshot("outbox", look.theme, look.width)
		w.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('details:has(iframe)').open = true; undefined`))
		w.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('iframe').scrollIntoView(); undefined`))
		w.screenshot("outbox-mail", look.theme, look.width)
	}
	path := read(w, chromedp.Evaluate[string](`document.querySelector('iframe').getAttribute('src')`))
	mail := s.get(path)
	assert.Contains(t, mail.body, "Neue Anmeldung")
	assert.Contains(t, mail.header.Get("Content-Security-Policy"), "sandbox;")
}

// Registrations by phone get half of the SMS of an hour; the operator sees that there are no more.
func TestRefusedSMSAreCounted(t *testing.T) {
	t.Parallel()
	s := dev(t, manyAttempts, "GATEHOUSE_SMS_PER_HOUR=2")
	register := func(name, number string) int {
		return s.manage("", http.MethodPost, "/users", `{"username":"`+name+`","phone_number":"`+number+`","password":"a long password"}`).status
	}
	assert.Equal(t, http.StatusAccepted, register("ada", "+442071838751"))
	assert.Contains(t, s.metricsPage(), `gatehouse_messages_refused_total{bound="sms",channel="sms"} 0`)
	assert.Equal(t, http.StatusTooManyRequests, register("bob", "+442071838752"))
	assert.Contains(t, s.metricsPage(), `gatehouse_messages_refused_total{bound="sms",channel="sms"} 1`)
}
