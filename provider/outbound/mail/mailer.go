package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// timeout bounds connecting, the greeting, and the rest, each. Servers that look at the content take
// seconds to accept a mail.
const timeout = 20 * time.Second

// Mailer hands mails over to a server, each in a connection of its own.
type Mailer struct {
	server  Server
	options []gomail.Option
	dial    gomail.DialContextFunc
	clock   provider.Clock
}

// New makes a Mailer that trusts the given certificates.
func New(s Server, roots *x509.CertPool, clock provider.Clock) (*Mailer, error) {
	return newMailer(s, roots, clock, timeout)
}

func newMailer(s Server, roots *x509.CertPool, clock provider.Clock, timeout time.Duration) (*Mailer, error) {
	config := &tls.Config{ServerName: s.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}
	m := &Mailer{server: s, clock: clock, dial: (&net.Dialer{}).DialContext, options: []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(timeout), gomail.WithHELO(s.domain()), gomail.WithTLSConfig(config),
	}}
	switch s.encryption {
	case implicit:
		m.dial = (&tls.Dialer{Config: config}).DialContext
		m.options = append(m.options, gomail.WithSSL())
	case required:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case opportunistic:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case none:
		m.options = append(m.options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.user != "" {
		plain, login := gomail.SMTPAuthPlain, gomail.SMTPAuthLogin
		if s.Cleartext() { // the server is on this machine
			plain, login = gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc
		}
		m.options = append(m.options, gomail.WithUsername(s.user), gomail.WithPassword(s.password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, plain, login, gomail.SMTPAuthCramMD5))
	}
	_, err := m.client(m.dial)
	return m, err
}

func (m *Mailer) client(dial gomail.DialContextFunc) (*gomail.Client, error) {
	host := m.server.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]" // go-mail puts a colon and the port after it
	}
	client, err := gomail.NewClient(host, append(m.options[:len(m.options):len(m.options)], gomail.WithDialContextFunc(dial))...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return client, nil
}

// connected calls use with a client. Its connection ends with use or ctx: go-mail leaves it open when
// the server refuses the greeting, the certificate or the password, and does not heed ctx.
func (m *Mailer) connected(ctx context.Context, use func(ctx context.Context, client *gomail.Client) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client, err := m.client(func(dialing context.Context, network, address string) (net.Conn, error) {
		connection, err := m.dial(dialing, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = connection.Close() })
		}
		return connection, err
	})
	if err != nil {
		return err
	}
	return use(ctx, client)
}

// Carry hands a mail over. It returns *notify.Fault.
func (m *Mailer) Carry(ctx context.Context, l notify.Letter) error {
	to, err := netmail.ParseAddress(l.To)
	if err != nil || to.Address != l.To { // a line break would add a header, or a command
		return &notify.Fault{Class: "address", Permanent: true}
	}
	message := m.message(l, to)
	err = m.connected(ctx, func(ctx context.Context, client *gomail.Client) error {
		return client.DialAndSendWithContext(ctx, message)
	})
	if err == nil || message.IsDelivered() { // a failure to say goodbye comes after it
		return nil
	}
	return faultOf(err)
}

// Check connects, proves who this server is, and hands nothing over.
func (m *Mailer) Check(ctx context.Context) error {
	err := m.connected(ctx, func(ctx context.Context, client *gomail.Client) error {
		connection, err := client.DialToSMTPClientWithContext(ctx)
		if err != nil {
			return err
		}
		return errors.Join(connection.Noop(), client.CloseWithSMTPClient(connection))
	})
	if err != nil {
		return faultOf(err)
	}
	return nil
}

func (m *Mailer) message(l notify.Letter, to *netmail.Address) *gomail.Msg {
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(&m.server.from)
	message.ToMailAddress(to)
	message.Subject(subject(l.Subject))
	// Repetitions have the same id, by which mailboxes recognize them.
	message.SetMessageIDWithValue(l.ID.String() + "@" + m.server.domain())
	message.SetDateWithValue(m.clock().UTC())
	// No out-of-office replies (RFC 3834).
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	message.SetGenHeader("Content-Language", l.Language)
	message.SetBodyString(gomail.TypeTextPlain, l.Text)
	message.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return message
}
