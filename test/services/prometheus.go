package services

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// PrometheusServer is a Prometheus server of one test.
type PrometheusServer struct {
	*instance

	port int
}

// prometheusConfig scrapes and evaluates every second to keep tests short.
const prometheusConfig = `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yaml]
scrape_configs:
  - job_name: gatehouse
    static_configs: [{targets: [%q]}]
`

// NewPrometheus starts a Prometheus that scrapes the target, HOST:PORT, and evaluates the
// rules. It stops with the test.
func NewPrometheus(tb testing.TB, target string, rules []byte) *PrometheusServer {
	tb.Helper()
	p, err := startPrometheus(target, rules)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.stop)
	return p
}

func startPrometheus(target string, rules []byte) (*PrometheusServer, error) {
	path, err := exec.LookPath("prometheus")
	if err != nil {
		return nil, errors.New("services: Prometheus is not installed: apt-get install prometheus")
	}
	i, err := newInstance("prometheus")
	if err != nil {
		return nil, err
	}
	port, err := Port()
	if err != nil {
		return nil, err
	}
	// The rules are copied: the account that runs Prometheus may not be able to read the checkout.
	config := fmt.Appendf(nil, prometheusConfig, target)
	for name, content := range map[string][]byte{"prometheus.yml": config, "rules.yaml": rules} {
		if err := os.WriteFile(filepath.Join(i.dir, name), content, 0o644); err != nil { //nolint:gosec // not secret; read by the account that runs Prometheus
			return nil, err
		}
	}
	p := &PrometheusServer{i, port}
	if err := p.start(path, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address="+p.address()); err != nil {
		return nil, err
	}
	if err := eventually(p.ready); err != nil {
		p.stop()
		return nil, fmt.Errorf("services: Prometheus does not respond: %w\n%s", err, p.log())
	}
	return p, nil
}

// URL returns the base URL of the API.
func (p *PrometheusServer) URL() string { return "http://" + p.address() }

func (p *PrometheusServer) address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port))
}

func (p *PrometheusServer) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL()+"/-/ready", http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("prometheus: status %s", response.Status)
	}
	return nil
}
