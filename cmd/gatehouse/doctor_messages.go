package main

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/outbound/mail"
)

// examineMessages connects to the SMTP server as for a mail, and sends none. An SMS would cost, so the
// webhook is not called.
func (e *environment) examineMessages(ctx context.Context, c config) []finding {
	if c.validateMessages() != nil {
		return nil // it is among the settings that are wrong
	}
	return []finding{e.examineMail(ctx, c), examineSMS(c)}
}

func (e *environment) examineMail(ctx context.Context, c config) finding {
	switch {
	case c.SMTPURL == "" && c.Dev:
		return finding{"mail", fine, "not set: mails are shown at /dev/outbox"}
	case c.SMTPURL == "":
		return finding{"mail", fine, "not set: nobody gets mails"}
	}
	server, err := mail.Parse(c.SMTPURL, c.MailFrom)
	if err != nil {
		return finding{"mail", wrong, c.named("smtp_url") + " " + err.Error()}
	}
	mailer, err := e.mailer(&c)
	if err != nil {
		return finding{"mail", wrong, explainError(err)}
	}
	if err := mailer.Check(ctx); err != nil {
		return finding{"mail", wrong, c.named("smtp_url") + ": " + explainMail(err)}
	}
	if server.Cleartext() && server.Remote() {
		return finding{"mail", warning, "the server answers, and codes may travel to it without TLS"}
	}
	return finding{"mail", fine, "the server answers"}
}

// explainMail says what to change.
func explainMail(err error) string {
	meaning := map[string]string{
		"dns":             "there is no such host",
		"connection":      "no SMTP server answers there",
		"timeout":         "no SMTP server answers there in time; is it smtps:// where it should be smtp://, or a firewall?",
		"tls":             "the server does not speak TLS there: is it smtp:// where it is smtps:// now?",
		"tls_certificate": "the certificate of the server is not trusted, or is for another name: GATEHOUSE_OUTBOUND_CA names further ones",
		"no_tls":          "the server offers no STARTTLS: is it smtps://? ?tls=none sends without TLS",
		"auth":            "the server refuses the user and the password",
	}
	class := mail.Class(err)
	if text := meaning[class]; text != "" {
		return text
	}
	return "the server refuses the connection (" + class + ")"
}

func examineSMS(c config) finding {
	switch {
	case c.SMSWebhookURL == "" && c.Dev:
		return finding{"sms", fine, "not set: SMS are shown at /dev/outbox"}
	case c.SMSWebhookURL == "":
		return finding{"sms", fine, "not set: nobody gets SMS"}
	default:
		return finding{"sms", fine, "set; it was not called"}
	}
}
