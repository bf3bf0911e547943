package services

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTPOptions are how an SMTP server behaves.
type SMTPOptions struct {
	// Implicit is TLS from the beginning; TLS offers STARTTLS. Its certificate is for 127.0.0.1, and
	// signed by itself.
	Implicit, TLS bool
	// OnlyTLS refuses mails without TLS.
	OnlyTLS bool
	// User and Password are asked for, if set.
	User, Password string
	// Rcpt responds to a recipient, and Data to a mail; nil accepts. Both get the number of the attempt
	// for this recipient, from 1.
	Rcpt, Data func(to string, attempt int) error
	// Delay is before each response to a mail.
	Delay time.Duration
}

// ReceivedMail is a mail that an SMTP server accepted.
type ReceivedMail struct {
	From, To string
	TLS      bool
	User     string
	Hello    string
	Content  []byte
}

// SMTPServer is an SMTP server of one test.
type SMTPServer struct {
	// Port is on 127.0.0.1.
	Port int
	// CAFile is its certificate.
	CAFile string
	// CA is the same, to trust.
	CA *x509.CertPool

	options  SMTPOptions
	mu       sync.Mutex
	mails    []ReceivedMail
	attempts map[string]int
	open     atomic.Int64
}

// NewSMTP starts an SMTP server that stops with the test.
func NewSMTP(tb testing.TB, o SMTPOptions) *SMTPServer {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &SMTPServer{options: o, attempts: map[string]int{}, CA: x509.NewCertPool()}
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		s.Port = address.Port
	}
	listener = countedListener{listener, &s.open}
	certified := httptest.NewTLSServer(nil) // for its certificate
	defer certified.Close()
	s.CA.AddCert(certified.Certificate())
	s.CAFile = filepath.Join(tb.TempDir(), "ca.pem")
	if err := os.WriteFile(s.CAFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certified.Certificate().Raw}), 0o600); err != nil {
		tb.Fatal(err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &smtpSession{server: s, conn: c}, nil }))
	server.Domain, server.AllowInsecureAuth, server.EnableSMTPUTF8 = "mail.test", true, true
	server.ErrorLog = log.New(io.Discard, "", 0)
	config := &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}
	switch {
	case o.Implicit:
		listener = tls.NewListener(listener, config)
	case o.TLS:
		server.TLSConfig = config
	}
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(func() { _ = server.Close() })
	return s
}

// Mails are those that it accepted.
func (s *SMTPServer) Mails() []ReceivedMail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]ReceivedMail(nil), s.mails...)
}

// Attempts is how often a recipient was named.
func (s *SMTPServer) Attempts(to string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts[to]
}

// Connections is how many connections are open.
func (s *SMTPServer) Connections() int { return int(s.open.Load()) }

// countedListener counts open connections.
type countedListener struct {
	net.Listener

	open *atomic.Int64
}

// Accept is part of net.Listener.
func (l countedListener) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.open.Add(1)
	return &countedConn{Conn: connection, open: l.open}, nil
}

type countedConn struct {
	net.Conn

	once sync.Once
	open *atomic.Int64
}

// Close is part of net.Conn.
func (c *countedConn) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

type smtpSession struct {
	server   *SMTPServer
	conn     *smtp.Conn
	user     string
	from, to string
}

// AuthMechanisms is part of smtp.AuthSession.
func (c *smtpSession) AuthMechanisms() []string {
	if c.server.options.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth is part of smtp.AuthSession.
func (c *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != c.server.options.User || password != c.server.options.Password {
			return smtp.ErrAuthFailed
		}
		c.user = user
		return nil
	}), nil
}

// Mail is part of smtp.Session.
func (c *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	_, encrypted := c.conn.TLSConnectionState()
	switch {
	case c.server.options.OnlyTLS && !encrypted:
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Must issue a STARTTLS command first"}
	case c.server.options.User != "" && c.user == "":
		return smtp.ErrAuthRequired
	}
	c.from = from
	return nil
}

// Rcpt is part of smtp.Session.
func (c *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.server.mu.Lock()
	c.server.attempts[to]++
	attempt := c.server.attempts[to]
	c.server.mu.Unlock()
	c.to = to
	if c.server.options.Rcpt == nil {
		return nil
	}
	return c.server.options.Rcpt(to, attempt)
}

// Data is part of smtp.Session.
func (c *smtpSession) Data(r io.Reader) error {
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	time.Sleep(c.server.options.Delay)
	if c.server.options.Data != nil {
		if err := c.server.options.Data(c.to, c.server.Attempts(c.to)); err != nil {
			return err
		}
	}
	_, encrypted := c.conn.TLSConnectionState()
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.server.mails = append(c.server.mails, ReceivedMail{From: c.from, To: c.to, TLS: encrypted || c.server.options.Implicit, User: c.user, Hello: c.conn.Hostname(), Content: content})
	return nil
}

// Reset is part of smtp.Session.
func (*smtpSession) Reset() {}

// Logout is part of smtp.Session.
func (*smtpSession) Logout() error { return nil }

// SMTPRefusal is a response of an SMTP server: a code, an enhanced code such as 5.1.1, and a text.
func SMTPRefusal(code int, enhanced [3]int, text string) error {
	if strings.ContainsAny(text, "\r\n") {
		return errors.New("services: a response is one line")
	}
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}
