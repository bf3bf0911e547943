package mail

import (
	"crypto/x509"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// NewMailer makes a Mailer with another timeout.
func NewMailer(s Server, roots *x509.CertPool, clock provider.Clock, timeout time.Duration) (*Mailer, error) {
	return newMailer(s, roots, clock, timeout)
}
