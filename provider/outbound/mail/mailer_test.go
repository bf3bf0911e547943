package mail_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/outbound/mail"
	"github.com/gatehouse-id/gatehouse/test/services"
)

const sender = "Example Zürich <no-reply@example.com>"

func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC) }

func newMailer(t *testing.T, text string, roots *x509.CertPool) *mail.Mailer {
	t.Helper()
	server, err := mail.Parse(text, sender)
	require.NoError(t, err)
	m, err := mail.NewMailer(server, roots, noon, 2*time.Second)
	require.NoError(t, err)
	return m
}

func letter(to string) notify.Letter {
	return notify.Letter{
		ID: provider.ID{1, 2, 3}, To: to, Language: "de", Subject: "Bestätigen Sie Ihre Adresse für Example — und noch viel mehr, damit es mehrere Zeilen werden",
		Text: "Ihr Code:\n\n    12345678\n" + strings.Repeat("lang ", 300), HTML: "<p>Ihr Code: <b>12345678</b> äöü</p>",
	}
}

func faultOf(t *testing.T, err error) notify.Fault {
	t.Helper()
	var fault *notify.Fault
	require.ErrorAs(t, err, &fault)
	return *fault
}

// parts are the bodies of a multipart mail, by media type, in order.
func parts(t *testing.T, message *netmail.Message) (kinds, bodies []string) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/alternative", kind)
	for r := multipart.NewReader(message.Body, parameters["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return kinds, bodies
		}
		require.NoError(t, err)
		require.Equal(t, "quoted-printable", part.Header.Get("Content-Transfer-Encoding"))
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		require.NoError(t, err)
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		require.NoError(t, err)
		kinds, bodies = append(kinds, kind), append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
}

func TestMailIsDelivered(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]services.SMTPOptions{
		"smtp://u%%40x:p%%3A%%2F@127.0.0.1:%d":                             {TLS: true, OnlyTLS: true, User: "u@x", Password: "p:/"},
		"smtps://user:secret@127.0.0.1:%d":                                 {Implicit: true, User: "user", Password: "secret"},
		"smtp://127.0.0.1:%d?tls=opportunistic":                            {TLS: true},
		"smtp://127.0.0.1:%d/?tls=none":                                    {},
		"smtp://user:secret@127.0.0.1:%d?tls=none":                         {User: "user", Password: "secret"},
		"smtp://user:secret@127.0.0.1:%d?tls=opportunistic":                {User: "user", Password: "secret"},
		"smtp://127.0.0.1:%d?tls=none&from=no-reply@b%%C3%%BCcher.example": {},
		"smtp://127.0.0.1:%d?tls=none&from=no-reply@example.com":           {},
	} {
		server := services.NewSMTP(t, o)
		address := fmt.Sprintf(name, server.Port)
		m := newMailer(t, address, server.CA)
		require.NoError(t, m.Check(t.Context()), name)
		require.NoError(t, m.Carry(t.Context(), letter("zoë.o'hara+tag@example.net")), name)
		received := server.Mails()
		require.Len(t, received, 1, name)
		domain := "example.com"
		if strings.Contains(address, "from=no-reply@b") {
			domain = "xn--bcher-kva.example" // what every server accepts
		}
		assert.Equal(t, "no-reply@"+domain, received[0].From)
		assert.Equal(t, "zoë.o'hara+tag@example.net", received[0].To)
		assert.Equal(t, o.TLS || o.Implicit, received[0].TLS, name)
		assert.Equal(t, o.User, received[0].User, name)
		assert.Equal(t, domain, received[0].Hello, "the name of the machine is nobody's business")
	}
}

func TestMailHasTextAndHTML(t *testing.T) {
	t.Parallel()
	server := services.NewSMTP(t, services.SMTPOptions{})
	m, l := newMailer(t, fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", server.Port), nil), letter("alice@example.net")
	require.NoError(t, m.Carry(t.Context(), l))
	raw := server.Mails()[0].Content
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		assert.LessOrEqual(t, len(line), 998, "RFC 5322 section 2.1.1")
	}
	message, err := netmail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	require.NoError(t, err)
	assert.Equal(t, l.Subject, subject)
	assert.Contains(t, string(raw), "\r\nSubject: =?UTF-8?q?Best=C3=A4tigen", "a first line without text is shown as no subject")
	from, err := message.Header.AddressList("From")
	require.NoError(t, err)
	assert.Equal(t, &netmail.Address{Name: "Example Zürich", Address: "no-reply@example.com"}, from[0])
	date, err := message.Header.Date()
	require.NoError(t, err)
	assert.True(t, noon().Equal(date))
	assert.Equal(t, "<alice@example.net>", message.Header.Get("To"))
	assert.Equal(t, "<"+l.ID.String()+"@example.com>", message.Header.Get("Message-ID"), "repetitions have the same")
	assert.Equal(t, "auto-generated", message.Header.Get("Auto-Submitted"))
	assert.Equal(t, "de", message.Header.Get("Content-Language"))
	assert.Equal(t, "1.0", message.Header.Get("MIME-Version"))
	assert.Empty(t, message.Header.Get("User-Agent")+message.Header.Get("X-Mailer"))
	kinds, bodies := parts(t, message)
	assert.Equal(t, []string{"text/plain", "text/html"}, kinds, "the last is the one that is preferred (RFC 2046 section 5.1.4)")
	assert.Equal(t, []string{l.Text, l.HTML}, bodies)
}

func TestMailHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	server := services.NewSMTP(t, services.SMTPOptions{})
	m := newMailer(t, fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", server.Port), nil)
	l := letter("alice@example.net")
	l.Subject = "Hello\r\nBcc: mallory@example.org\r\n\r\nOther text"
	require.NoError(t, m.Carry(t.Context(), l))
	message, err := netmail.ReadMessage(bytes.NewReader(server.Mails()[0].Content))
	require.NoError(t, err)
	assert.Empty(t, message.Header.Get("Bcc"))
	l = letter("alice@example.net>\r\nRCPT TO:<mallory@example.org")
	assert.Equal(t, notify.Fault{Class: "address", Permanent: true}, faultOf(t, m.Carry(t.Context(), l)))
	assert.Len(t, server.Mails(), 1)
	assert.Zero(t, server.Attempts("mallory@example.org"))
}

func TestRefusalsOfTheRecipientAreForGood(t *testing.T) {
	t.Parallel()
	refuse := map[string]error{
		"unknown@example.net":    services.SMTPRefusal(550, [3]int{5, 1, 1}, "unknown@example.net: no such user"),
		"greylisted@example.net": services.SMTPRefusal(451, [3]int{4, 7, 1}, "greylisted@example.net: try again later"),
		"full@example.net":       services.SMTPRefusal(452, [3]int{4, 2, 2}, "mailbox full"),
		"relay@example.net":      services.SMTPRefusal(530, [3]int{5, 7, 0}, "authentication required"),
	}
	content := map[string]error{
		"spam@example.net": services.SMTPRefusal(554, [3]int{5, 7, 1}, "looks like spam"),
		"busy@example.net": services.SMTPRefusal(451, [3]int{4, 3, 0}, "busy"),
	}
	server := services.NewSMTP(t, services.SMTPOptions{
		Rcpt: func(to string, attempt int) error {
			if attempt > 1 {
				return nil
			}
			return refuse[to]
		},
		Data: func(to string, attempt int) error { return content[to] },
	})
	m := newMailer(t, fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", server.Port), nil)
	for to, expected := range map[string]notify.Fault{
		"unknown@example.net":    {Class: "smtp_550_5.1.1", Permanent: true},
		"greylisted@example.net": {Class: "smtp_451_4.7.1"},
		"full@example.net":       {Class: "smtp_452_4.2.2"},
		"relay@example.net":      {Class: "smtp_530_5.7.0"},
		"spam@example.net":       {Class: "smtp_554_5.7.1", Permanent: true},
		"busy@example.net":       {Class: "smtp_451_4.3.0"},
	} {
		err := m.Carry(t.Context(), letter(to))
		assert.Equal(t, expected, faultOf(t, err), to)
		assert.NotContains(t, err.Error(), to, "the words of the server are not passed on")
	}
	require.NoError(t, m.Carry(t.Context(), letter("greylisted@example.net")))
	assert.Len(t, server.Mails(), 1)
}

// When the settings are wrong, mails wait until they are right.
func TestFaultsOfTheConnectionAreTemporary(t *testing.T) {
	t.Parallel()
	plain := services.NewSMTP(t, services.SMTPOptions{})
	encrypted := services.NewSMTP(t, services.SMTPOptions{TLS: true, OnlyTLS: true, User: "user", Password: "secret"})
	implicit := services.NewSMTP(t, services.SMTPOptions{Implicit: true})
	slow := services.NewSMTP(t, services.SMTPOptions{Delay: 4 * time.Second})
	free, err := services.Port()
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		url      string
		roots    *x509.CertPool
		expected string
		check    bool
	}{
		"nobody listens":                        {fmt.Sprintf("smtp://127.0.0.1:%d", free), nil, "connection", true},
		"no such host":                          {"smtp://no-such-host.invalid:25", nil, "dns", true},
		"a server without TLS":                  {fmt.Sprintf("smtp://127.0.0.1:%d", plain.Port), plain.CA, "no_tls", true},
		"implicit TLS with a server without":    {fmt.Sprintf("smtps://127.0.0.1:%d", plain.Port), plain.CA, "tls", true},
		"an unknown certificate":                {fmt.Sprintf("smtp://127.0.0.1:%d", encrypted.Port), x509.NewCertPool(), "tls_certificate", true},
		"an unknown certificate, opportunistic": {fmt.Sprintf("smtp://127.0.0.1:%d?tls=opportunistic", encrypted.Port), x509.NewCertPool(), "tls_certificate", true},
		"an unknown certificate, implicit":      {fmt.Sprintf("smtps://127.0.0.1:%d", implicit.Port), x509.NewCertPool(), "tls_certificate", true},
		"a certificate of another name":         {fmt.Sprintf("smtps://localhost:%d", implicit.Port), implicit.CA, "tls_certificate", true},
		"a wrong password":                      {fmt.Sprintf("smtp://user:wrong@127.0.0.1:%d", encrypted.Port), encrypted.CA, "auth", true},
		"a server that takes none":              {fmt.Sprintf("smtp://user:secret@127.0.0.1:%d", implicit.Port), implicit.CA, "timeout", false},
		"no password":                           {fmt.Sprintf("smtp://127.0.0.1:%d", encrypted.Port), encrypted.CA, "smtp_502_5.7.0", false},
		"no TLS with one that asks for it":      {fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", encrypted.Port), nil, "smtp_530_5.7.0", false},
		"a slow server":                         {fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", slow.Port), nil, "timeout", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMailer(t, tc.url, tc.roots)
			err := m.Carry(t.Context(), letter("alice@example.net"))
			assert.Equal(t, notify.Fault{Class: tc.expected}, faultOf(t, err))
			assert.NotContains(t, err.Error(), "secret")
			if tc.check {
				assert.Equal(t, notify.Fault{Class: tc.expected}, faultOf(t, m.Check(t.Context())))
			}
		})
	}
	t.Cleanup(func() {
		for _, s := range []*services.SMTPServer{plain, encrypted, implicit} {
			assert.Empty(t, s.Mails())
		}
	})
}

// Connections end with the attempt, whatever its result, and with the process.
func TestConnectionsEnd(t *testing.T) {
	t.Parallel()
	encrypted := services.NewSMTP(t, services.SMTPOptions{TLS: true, User: "user", Password: "secret"})
	for name, roots := range map[string]*x509.CertPool{"smtp://user:wrong@127.0.0.1:%d": encrypted.CA, "smtp://user:secret@127.0.0.1:%d": x509.NewCertPool()} {
		m := newMailer(t, fmt.Sprintf(name, encrypted.Port), roots)
		require.Error(t, m.Carry(t.Context(), letter("alice@example.net")))
		require.Error(t, m.Check(t.Context()))
	}
	m := newMailer(t, fmt.Sprintf("smtp://user:secret@127.0.0.1:%d", encrypted.Port), encrypted.CA)
	require.NoError(t, m.Carry(t.Context(), letter("alice@example.net")))
	require.NoError(t, m.Check(t.Context()))
	require.Eventually(t, func() bool { return encrypted.Connections() == 0 }, time.Second, 10*time.Millisecond)

	slow := services.NewSMTP(t, services.SMTPOptions{Delay: 5 * time.Second})
	m = newMailer(t, fmt.Sprintf("smtp://127.0.0.1:%d?tls=none", slow.Port), nil)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	require.Error(t, m.Carry(ctx, letter("alice@example.net")))
	assert.Less(t, time.Since(began), time.Second)
}
