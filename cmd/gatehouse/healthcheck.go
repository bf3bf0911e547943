package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

func newHealthcheck(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the server on this machine whether it is ready",
		Long: `Asks /healthz/ready on GATEHOUSE_OPS_LISTEN and exits 0 when the server can answer
requests: for container images, which have no curl.`,
		Example: "  gatehouse healthcheck && echo ready",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(cmd, env.Environ)
			if err != nil {
				return err
			}
			host, port, err := net.SplitHostPort(c.OpsListen)
			if err != nil {
				return fmt.Errorf("%s %q must be HOST:PORT", c.named("ops_listen"), c.OpsListen)
			}
			if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
				host = "127.0.0.1" // listening everywhere includes here
			}
			request, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz/ready", nil)
			if err != nil {
				return err
			}
			answer, err := (&http.Client{Timeout: 3 * time.Second}).Do(request)
			if err != nil {
				return fmt.Errorf("the server does not answer: %w", err)
			}
			defer func() { _ = answer.Body.Close() }()
			if answer.StatusCode != http.StatusOK {
				why, _ := io.ReadAll(io.LimitReader(answer.Body, 500)) // the status alone says enough
				return fmt.Errorf("not ready: %s %s", answer.Status, why)
			}
			_, err = fmt.Fprintln(env.Out, "ready")
			return err
		},
	}
}
