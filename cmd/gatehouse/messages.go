package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/outbox"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
	"github.com/gatehouse-id/gatehouse/provider/outbound/mail"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
	"github.com/gatehouse-id/gatehouse/storage"
)

// texts writes the messages to people.
func (c *config) texts() (*notify.Texts, error) {
	brand := notify.Brand{Product: c.brand.Title(), Issuer: c.Issuer}
	if color := c.brand.Color; color != nil {
		brand.Accent.Light, brand.Accent.Dark, brand.Accent.OnDark = color.Shades()
	}
	return notify.NewTexts(brand)
}

// messageSender sends the messages to people.
func (e *environment) messageSender(h *instance, texts *notify.Texts, t *telemetry, log *slog.Logger) (*notify.Sender, error) {
	carriers, err := e.carriers(&h.config, t)
	if err != nil {
		return nil, err
	}
	return notify.NewSender(notify.SenderConfig{
		Queue: h.store, Codes: h.codes, Texts: texts, Carriers: carriers, Clock: e.clock, Random: e.random, Log: log, Outcome: t.messageAttempted,
	}), nil
}

// carriers are the ways out that are set. In development there are all: what is not set is displayed.
func (e *environment) carriers(c *config, t *telemetry) (map[notify.Channel]notify.Carrier, error) {
	carriers := map[notify.Channel]notify.Carrier{}
	if c.Dev {
		carriers[notify.Mail], carriers[notify.SMS] = notify.Displayed{}, notify.Displayed{}
	}
	if c.SMTPURL != "" {
		mailer, err := e.mailer(c)
		if err != nil {
			return nil, err
		}
		carriers[notify.Mail] = mailer
	}
	if c.SMSWebhookURL != "" {
		post, err := c.poster(t.aroundFetches)
		if err != nil {
			return nil, err
		}
		secrets, err := c.smsSecrets()
		if err != nil {
			return nil, err
		}
		carriers[notify.SMS] = notify.NewGateway(post, c.SMSWebhookURL, secrets, e.clock)
	}
	return carriers, nil
}

// channels are how this server sends messages.
func (c *config) channels() (set []notify.Channel) {
	if c.sendsMail() {
		set = append(set, notify.Mail)
	}
	if c.sendsSMS() {
		set = append(set, notify.SMS)
	}
	return set
}

func (e *environment) mailer(c *config) (*mail.Mailer, error) {
	server, err := mail.Parse(c.SMTPURL, c.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("%s %w", c.named("smtp_url"), err)
	}
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	return mail.New(server, roots, e.clock)
}

// roots are the certificates that our connections trust.
func (c *config) roots() (*x509.CertPool, error) {
	options, err := c.outboundOptions(nil)
	if err != nil {
		return nil, err
	}
	roots, err := outbound.Roots(options.CA)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.named("outbound_ca"), err)
	}
	return roots, nil
}

// smsSecrets are those that sign SMS: two while one is being changed.
func (c *config) smsSecrets() ([][]byte, error) {
	var secrets [][]byte
	for text := range strings.FieldsSeq(c.SMSWebhookSecret) {
		secret, err := webhook.ParseSecret(text)
		if err != nil {
			return nil, fmt.Errorf("%s must be whsec_ and 24 to 64 bytes in base64 (make one with: echo \"whsec_$(openssl rand -base64 32)\"); two, separated by a space, while it is being changed", c.named("sms_webhook_secret"))
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// validateMessages judges how messages leave.
func (c *config) validateMessages() error {
	var faults []error
	if c.SMTPURL != "" {
		if _, err := mail.Parse(c.SMTPURL, c.MailFrom); err != nil {
			faults = append(faults, fmt.Errorf("%s %w", c.named("smtp_url"), err))
		}
	}
	if c.SMSWebhookURL != "" {
		u, err := url.Parse(c.SMSWebhookURL) // the parser's error would quote it, and a token may be in it
		if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !c.cleartext(strings.ToLower(u.Hostname()))) {
			faults = append(faults, fmt.Errorf("%s must be an https URL without user and password, or an http URL of a host that GATEHOUSE_OUTBOUND_ALLOW names", c.named("sms_webhook_url")))
		}
	}
	if (c.SMSWebhookURL == "") != (c.SMSWebhookSecret == "") {
		faults = append(faults, errors.New("GATEHOUSE_SMS_WEBHOOK_URL and GATEHOUSE_SMS_WEBHOOK_SECRET go together: set both or neither"))
	}
	if c.SMSPerHour < 0 {
		faults = append(faults, fmt.Errorf("%s %d must be 0 (as many as there are), or more", c.named("sms_per_hour"), c.SMSPerHour))
	}
	_, err := c.smsSecrets()
	return errors.Join(append(faults, err)...)
}

// messageJob sends what is due.
func messageJob(sender *notify.Sender) storage.Job {
	return storage.Job{Name: "messages", Every: time.Second, Lease: 5 * time.Second, Due: sender.Due, Work: sender.Start}
}

// outboxRoutes show messages to developers; none in production.
func (h *instance) outboxRoutes(set *pages.Set, texts *notify.Texts) []route.Route {
	if !h.config.Dev {
		return nil
	}
	return outbox.New(notify.NewViewer(h.store, h.codes, texts), set).Routes()
}
