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

// PrometheusServer is a Prometheus of one test.
type PrometheusServer struct {
	*instance

	port int
}

// It asks and evaluates each second, so that a test need not wait for long.
const prometheusConfig = `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yaml]
scrape_configs:
  - job_name: gatehouse
    static_configs: [{targets: [%q]}]
`

// NewPrometheus starts a Prometheus that scrapes the target, HOST:PORT, and evaluates the
// rules. It goes with the test.
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
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// The rules are copied: the account that it runs as may not be let into the checkout.
	config := fmt.Appendf(nil, prometheusConfig, target)
	for name, content := range map[string][]byte{"prometheus.yml": config, "rules.yaml": rules} {
		if err := os.WriteFile(filepath.Join(i.dir, name), content, 0o644); err != nil { //nolint:gosec // no secret, and another account reads it
			return nil, err
		}
	}
	p := &PrometheusServer{i, port}
	if err := p.start(path, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address="+p.address()); err != nil {
		return nil, err
	}
	if err := eventually(p.ready); err != nil {
		p.stop()
		return nil, fmt.Errorf("services: Prometheus does not answer: %w\n%s", err, p.log())
	}
	return p, nil
}

// URL is where its API is.
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
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("prometheus says %s", answer.Status)
	}
	return nil
}
