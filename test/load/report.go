package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/gatehouse-id/gatehouse/test/load/generator"
)

// report is the result of a run.
type report struct {
	Conditions conditions   `json:"conditions"`
	Flows      []flowReport `json:"flows"`
	Findings   []finding    `json:"findings"`
}

type conditions struct {
	Database    string  `json:"database"`
	Connections int     `json:"connections"`
	Runs        int     `json:"runs"`
	Seconds     float64 `json:"seconds"`
	CPUs        int     `json:"cpus"`
	Go          string  `json:"go"`
}

// flowReport has the medians of a flow's passes; requests and errors are sums. CPU is in
// seconds for 1,000 requests.
type flowReport struct {
	Flow         string   `json:"flow"`
	Requests     int      `json:"requests"`
	Errors       int      `json:"errors"`
	FirstError   string   `json:"first_error,omitempty"`
	Rate         float64  `json:"requests_per_second"`
	P50          float64  `json:"p50_milliseconds"`
	P99          float64  `json:"p99_milliseconds"`
	ServerCPU    float64  `json:"server_cpu"`
	DatabaseCPU  float64  `json:"database_cpu"`
	GeneratorCPU float64  `json:"generator_cpu"`
	CPU          float64  `json:"cpu"` // server and database
	CPUGoal      *float64 `json:"cpu_goal,omitempty"`
	Statements   *float64 `json:"statements_per_request,omitempty"`
	Growth       float64  `json:"database_bytes_per_request"`
}

// finding is a figure that does not belong to a flow.
type finding struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Unit  string   `json:"unit"`
	Goal  *float64 `json:"goal,omitempty"`
}

func summarize(s *subject) flowReport {
	r := flowReport{Flow: s.name(), Statements: s.statements, CPUGoal: cpuGoal(s.name())}
	for _, p := range s.passes {
		r.Requests += p.Requests
		r.Errors += p.Errors
		if r.FirstError == "" && p.FirstError != nil {
			r.FirstError = p.FirstError.Error()
		}
	}
	median := func(of func(pass) float64) float64 {
		var values []float64
		for _, p := range s.passes {
			values = append(values, of(p))
		}
		return generator.Median(values)
	}
	perThousand := func(of func(cost) time.Duration) float64 {
		return median(func(p pass) float64 { return of(p.cost).Seconds() * 1000 / float64(p.Requests) })
	}
	r.Rate = median(func(p pass) float64 { return float64(p.Requests) / p.Elapsed.Seconds() })
	r.P50 = median(func(p pass) float64 { return milliseconds(p.Latencies, 50) })
	r.P99 = median(func(p pass) float64 { return milliseconds(p.Latencies, 99) })
	r.ServerCPU = perThousand(func(c cost) time.Duration { return c.server })
	r.DatabaseCPU = perThousand(func(c cost) time.Duration { return c.database })
	r.GeneratorCPU = perThousand(func(c cost) time.Duration { return c.generator })
	r.CPU = perThousand(func(c cost) time.Duration { return c.server + c.database })
	r.Growth = median(func(p pass) float64 { return float64(p.grown) / float64(p.Requests) })
	return r
}

// fault returns an error if any request failed.
func (r report) fault() error {
	for _, f := range r.Flows {
		if f.Errors > 0 {
			return fmt.Errorf("%s: %d of %d requests failed; first error: %s", f.Flow, f.Errors, f.Requests, f.FirstError)
		}
	}
	return nil
}

func milliseconds(ascending []time.Duration, percent float64) float64 {
	return float64(generator.Percentile(ascending, percent)) / float64(time.Millisecond)
}

func (r report) printJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

func (r report) printTable(w io.Writer) error {
	c := r.Conditions
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	// Flush reports the errors of all writes.
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(tw, format+"\n", args...) }
	if len(r.Flows) > 0 {
		line("%s, %d connections, medians of %d runs of %g s, %d CPUs, %s", c.Database, c.Connections, c.Runs, c.Seconds, c.CPUs, c.Go)
		line("CPU is seconds for 1,000 requests; growth is bytes of tables and indexes per request")
		line("")
		line("flow\treq/s\tp50 ms\tp99 ms\terrors\tCPU server\tdatabase\tboth\tgoal\t\tstatements\tgrowth")
	}
	for _, f := range r.Flows {
		line("%s\t%.0f\t%.2f\t%.2f\t%d\t%.4f\t%.4f\t%.4f\t%s\t%s\t%s\t%.0f", f.Flow, f.Rate, f.P50, f.P99, f.Errors,
			f.ServerCPU, f.DatabaseCPU, f.CPU, atMost(f.CPUGoal), verdict(f.CPU, f.CPUGoal), orDash(f.Statements, "%.2f"), f.Growth)
	}
	if err := tw.Flush(); err != nil || len(r.Findings) == 0 {
		return err
	}
	line("")
	for _, f := range r.Findings {
		line("%s\t%.1f %s\t%s\t%s", f.Name, f.Value, f.Unit, atMost(f.Goal), verdict(f.Value, f.Goal))
	}
	return tw.Flush()
}

func atMost(goal *float64) string { return orDash(goal, "<= %g") }

func orDash(value *float64, format string) string {
	if value == nil {
		return "-"
	}
	return fmt.Sprintf(format, *value)
}
