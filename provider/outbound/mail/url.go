package mail

import (
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// encryption is how a connection is protected.
type encryption string

const (
	implicit      encryption = "implicit"
	required      encryption = "required"
	opportunistic encryption = "opportunistic"
	none          encryption = "none"
)

// Server is an SMTP server, and who mails are from.
type Server struct {
	Host           string
	Port           int
	user, password string
	encryption     encryption
	from           netmail.Address
}

// Parse reads a URL as the operator writes it. From is the sender, "Name <name@example.com>" or an
// address; the parameter from of the URL comes before it. The error repeats nothing of the URL.
func Parse(text, from string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return Server{}, errors.New("must be written like smtp://USER:PASSWORD@HOST:587 or smtps://…, with %40 for an @ in the password and the like")
	}
	s := Server{Host: u.Hostname(), user: u.User.Username()}
	s.password, _ = u.User.Password()
	if (s.user == "") != (s.password == "") {
		return Server{}, errors.New("must have a user and a password, or neither")
	}
	query := u.Query()
	for name, values := range query {
		if name != "tls" && name != "from" || len(values) > 1 {
			return Server{}, errors.New("has the parameters tls and from, each once at most")
		}
	}
	if err := s.setEncryption(u.Scheme, query.Get("tls")); err != nil {
		return Server{}, err
	}
	if err := s.setPort(u.Port()); err != nil {
		return Server{}, err
	}
	if query.Has("from") {
		from = query.Get("from")
	}
	return s, s.setSender(from)
}

func (s *Server) setEncryption(scheme, parameter string) error {
	switch {
	case scheme == "smtps" && parameter == "":
		s.encryption = implicit
	case scheme == "smtps":
		return errors.New("is always TLS as smtps://, and has no parameter tls")
	case scheme != "smtp":
		return errors.New("must begin with smtp:// or smtps://")
	case parameter == "" || parameter == string(required):
		s.encryption = required
	case parameter == string(opportunistic) || parameter == string(none):
		s.encryption = encryption(parameter)
	default:
		return errors.New("has a parameter tls that is neither required, opportunistic nor none")
	}
	if s.Cleartext() && s.user != "" && !s.loopback() {
		return fmt.Errorf("would send the password without TLS: it needs tls=required, or no password with tls=%s", parameter)
	}
	return nil
}

func (s *Server) setPort(text string) error {
	s.Port = map[encryption]int{implicit: 465, required: 587, opportunistic: 25, none: 25}[s.encryption]
	if text == "" {
		return nil
	}
	var err error
	if s.Port, err = strconv.Atoi(text); err != nil || s.Port < 1 || s.Port > 65535 {
		return errors.New("must have a port between 1 and 65535")
	}
	return nil
}

func (s *Server) setSender(from string) error {
	if from == "" {
		return errors.New("needs a sender: set GATEHOUSE_MAIL_FROM, such as \"Example <no-reply@example.com>\"")
	}
	parsed, err := netmail.ParseAddress(from)
	if err != nil || strings.ContainsAny(from, "\r\n") {
		return errors.New("needs a sender that is an address, such as \"Example <no-reply@example.com>\"")
	}
	at := strings.LastIndexByte(parsed.Address, '@') + 1
	// A server without SMTPUTF8 takes the ASCII form only (RFC 6531 section 3.2), and both are one domain.
	if ascii, err := idna.ToASCII(parsed.Address[at:]); err == nil {
		parsed.Address = parsed.Address[:at] + ascii
	}
	s.from = *parsed
	return nil
}

// domain is that of the sender. It names this server to others: the name of the machine would tell how
// the network is built, and often is none that another server accepts.
func (s *Server) domain() string {
	return s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]
}

// Cleartext tells whether mails may travel without TLS.
func (s *Server) Cleartext() bool { return s.encryption == none || s.encryption == opportunistic }

// Remote tells whether the server is on another machine.
func (s *Server) Remote() bool { return !s.loopback() }

func (s *Server) loopback() bool {
	ip := net.ParseIP(s.Host)
	return s.Host == "localhost" || ip != nil && ip.IsLoopback()
}
