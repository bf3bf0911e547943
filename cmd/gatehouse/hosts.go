package main

import (
	"net"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// devHosts keeps web sites from reaching the development server by the developer's browser, with a
// name that resolves to loopback (DNS rebinding).
func devHosts(c config) []string {
	if !c.Dev {
		return nil
	}
	hosts := loopbackHosts()
	if u, err := url.Parse(c.Issuer); err == nil {
		hosts = append(hosts, u.Hostname())
	}
	return hosts
}

// opsHosts does the same for the operator's listener wherever that is on loopback. On other
// addresses a name may be how Prometheus finds it.
func opsHosts(c config) []string {
	host, _, err := net.SplitHostPort(c.OpsListen)
	if err != nil || !client.Loopback(host) {
		return nil
	}
	return append(loopbackHosts(), host)
}

func loopbackHosts() []string { return []string{"localhost", "127.0.0.1", "::1"} }
