package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"os"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// faultOf tells what is wrong without the words of the server.
//
// Only a refusal of the recipient, or of the mail itself, is for good. When the server refuses the
// sender, the password or the connection, the settings are wrong, and the mail goes out once they are
// mended.
func faultOf(err error) *notify.Fault {
	var sending *gomail.SendError
	if errors.As(err, &sending) && sending.ErrorCode() != 0 {
		code := sending.ErrorCode()
		class := "smtp_" + strconv.Itoa(code)
		if enhanced := sending.EnhancedStatusCode(); enhanced != "" {
			class += "_" + enhanced
		}
		refused := sending.Reason == gomail.ErrSMTPRcptTo || sending.Reason == gomail.ErrSMTPDataClose
		return &notify.Fault{Class: class, Permanent: refused && code >= 500 && code != 530}
	}
	return &notify.Fault{Class: class(err)}
}

func class(err error) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		name        x509.HostnameError
		record      tls.RecordHeaderError
		timeout     net.Error
		reply       *textproto.Error
	)
	switch {
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &name):
		return "tls_certificate"
	case errors.As(err, &record):
		return "tls"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case strings.HasPrefix(inner(err), "SMTP AUTH failed"), strings.HasPrefix(inner(err), "server does not support SMTP AUTH"), errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		return "auth"
	case strings.Contains(inner(err), "does not support STARTTLS"):
		return "no_tls"
	case errors.As(err, &reply):
		return "smtp_" + strconv.Itoa(reply.Code)
	default:
		return "connection"
	}
}

// inner is the text without what go-mail puts before it.
func inner(err error) string { return strings.TrimPrefix(err.Error(), "dial failed: ") }

// Class is that of an error of Check.
func Class(err error) string {
	var fault *notify.Fault
	if errors.As(err, &fault) {
		return fault.Class
	}
	return "unknown"
}
