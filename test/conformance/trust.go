package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// certificates are those that a run trusts beside the system's, as PEM: the suite comes with one of its own
// making, and so does the server.
type certificates struct{ pem bytes.Buffer }

func (c *certificates) add(der []byte) error {
	return pem.Encode(&c.pem, &pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func (c *certificates) pool() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the certificates of the system: %w", err)
	}
	pool.AppendCertsFromPEM(c.pem.Bytes())
	return pool, nil
}

// meet asks a server for its certificate, and takes one that nobody vouches for where the server is on this
// machine or in a private network. From then on it is the only one that is taken.
func (c *certificates) meet(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	host, port := u.Hostname(), u.Port()
	if port == "" {
		port = "443"
	}
	pool, err := c.pool()
	if err != nil {
		return err
	}
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err == nil {
		return conn.Close()
	}
	var unverified *tls.CertificateVerificationError
	if !errors.As(err, &unverified) || len(unverified.UnverifiedCertificates) == 0 || !near(ctx, host) {
		return err
	}
	return c.add(unverified.UnverifiedCertificates[0].Raw)
}

// near tells whether a host is this machine or in a private network.
func near(ctx context.Context, host string) bool {
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(addresses) == 0 {
		return false
	}
	for _, a := range addresses {
		if a = a.Unmap(); !a.IsLoopback() && !a.IsPrivate() {
			return false
		}
	}
	return true
}
