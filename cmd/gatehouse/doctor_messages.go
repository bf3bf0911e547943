package main

import (
	"cmp"
	"context"

	"github.com/gatehouse-id/gatehouse/provider/outbound/mail"
)

// examineMessages connects to the SMTP server as for a mail, and to the program that sends SMS, and hands
// nothing over: an SMS would cost.
func (e *environment) examineMessages(ctx context.Context, c config) []finding {
	if c.validateMessages() != nil {
		return nil // it is among the settings that are wrong
	}
	return append([]finding{e.examineMail(ctx, c), examineSMS(ctx, c)}, c.examineRegistration()...)
}

// examineRegistration finds people whom an operator wants to let in and who cannot prove a contact. What
// nobody set is no wish.
func (c *config) examineRegistration() []finding {
	if c.origin["registration"] == "" || c.sendsMail() || c.sendsSMS() {
		return nil
	}
	const unset = "no message can be sent without GATEHOUSE_SMTP_URL or GATEHOUSE_SMS_WEBHOOK_URL"
	switch c.Registration {
	case registrationOpen:
		return []finding{{"registration", warning, c.named("registration") + " is open, and nobody can register: " + unset}}
	case registrationInvitation:
		return []finding{{"registration", warning, c.named("registration") + " is invitation, and nobody can be invited: " + unset}}
	default:
		return nil
	}
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

// examineSMS connects by the rules of a delivery. A program that does not respond now may do so later, and
// an address that is refused stays refused.
func examineSMS(ctx context.Context, c config) finding {
	switch {
	case c.SMSWebhookURL == "" && c.Dev:
		return finding{"sms", fine, "not set: SMS are shown at /dev/outbox"}
	case c.SMSWebhookURL == "":
		return finding{"sms", fine, "not set: nobody gets SMS"}
	}
	post, err := c.poster(nil)
	if err != nil {
		return finding{"sms", wrong, explainError(err)}
	}
	meaning := map[string]string{
		"dns":        "there is no such host",
		"connection": "nothing answers there",
		"timeout":    "nothing answers there in time",
		"tls":        "the certificate of the server is not trusted, or is for another name: GATEHOUSE_OUTBOUND_CA names further ones",
	}
	switch fault := post.Reach(ctx, c.SMSWebhookURL); fault {
	case "":
		return finding{"sms", fine, "the program answers; it was not called"}
	case "refused_address":
		return finding{"sms", wrong, c.named("sms_webhook_url") + ": the address is private, and no SMS goes there unless GATEHOUSE_OUTBOUND_ALLOW names the host"}
	default:
		return finding{"sms", warning, c.named("sms_webhook_url") + ": " + cmp.Or(meaning[fault], fault) + ": no SMS goes out until that changes"}
	}
}
