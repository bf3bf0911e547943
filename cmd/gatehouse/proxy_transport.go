package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// issuerClient asks the issuer for keys and about tokens.
func (c *config) issuerClient() (*http.Client, error) {
	t, err := c.proxyTransport()
	if err != nil {
		return nil, err
	}
	t.DisableCompression = false // some servers compress documents, whether they are asked to or not
	return &http.Client{Transport: t}, nil
}

// proxyTransport is for requests to addresses that the operator named, and trusts what they trust.
// Bodies pass as they are, and no variable leads requests elsewhere.
func (c *config) proxyTransport() (*http.Transport, error) {
	const perHost = 64
	t := &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxIdleConnsPerHost:    perHost,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
	if c.OutboundCA == "" {
		return t, nil
	}
	certificates, err := os.ReadFile(c.OutboundCA)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.named("outbound_ca"), err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(certificates) {
		return nil, fmt.Errorf("%s: %s has no certificate", c.named("outbound_ca"), c.OutboundCA)
	}
	t.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return t, nil
}
