package deploy_test

import (
	"context"
	"database/sql"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/resource"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// described is a registerer that records the labels of every metric: a vector describes them before
// it has any series.
type described struct {
	*prometheus.Registry

	labels map[string][]string
}

var description = regexp.MustCompile(`^Desc\{fqName: "([^"]+)", help: .*, constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)

func (d *described) Register(c prometheus.Collector) error {
	list := make(chan *prometheus.Desc)
	go func() { c.Describe(list); close(list) }()
	for desc := range list {
		if m := description.FindStringSubmatch(desc.String()); m != nil {
			labels := []string{}
			for _, part := range strings.Split(m[2]+","+m[3], ",") {
				if name, _, _ := strings.Cut(part, "="); name != "" {
					labels = append(labels, name)
				}
			}
			d.labels[m[1]] = labels
		}
	}
	return d.Registry.Register(c)
}

// registered is every metric that a server can have, with its labels.
func registered(t *testing.T) map[string][]string {
	t.Helper()
	d := &described{prometheus.NewRegistry(), map[string][]string{}}
	m, err := metrics.New(d, metrics.Options{Clock: time.Now})
	require.NoError(t, err)
	require.NoError(t, m.SQL.Watch(new(sql.DB), "main"))
	require.NoError(t, m.Redis.Watch(func() bool { return false }, func() metrics.RedisPool { return metrics.RedisPool{} }))
	require.NoError(t, m.Keys.Watch(func(context.Context) ([]metrics.SigningKey, error) { return nil, nil }))
	require.NoError(t, m.Audit.WatchVerified(func(context.Context) (time.Time, bool, error) { return time.Unix(1, 0), true, nil }))
	require.NoError(t, m.Audit.Watch(func(context.Context) (time.Duration, error) { return 0, nil }))
	require.NoError(t, m.Webhooks.Watch(time.Now, func(context.Context) ([]webhook.Standing, error) { return nil, nil }))
	require.NoError(t, m.Messages.Watch(time.Now, func(context.Context) (map[notify.Channel]time.Time, error) { return nil, nil }))
	require.NoError(t, m.Logouts.Watch(time.Now, func(context.Context) (*time.Time, error) { return nil, nil }))
	require.NoError(t, m.Revocations.Watch(func() time.Duration { return 0 }))
	require.NoError(t, m.Ready.Watch("database", func(context.Context) error { return nil }))
	require.Contains(t, d.labels, "go_sql_wait_duration_seconds_total")
	_, err = metrics.NewProxy(&described{prometheus.NewRegistry(), d.labels}, metrics.Options{Clock: time.Now}, func() resource.Stats { return resource.Stats{} })
	require.NoError(t, err)
	return d.labels
}

var (
	metricName = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*`)
	histogram  = regexp.MustCompile(`_(bucket|sum|count)$`)
)

// namesIn are the words of an expression that can only be metrics of Gatehouse.
func namesIn(text string) []string {
	var names []string
	for _, word := range metricName.FindAllString(text, -1) {
		for _, prefix := range []string{"gatehouse_", "go_", "process_"} {
			if strings.HasPrefix(word, prefix) && word != "go_version" {
				names = append(names, word)
			}
		}
		if strings.Contains(word, ":gatehouse_") {
			names = append(names, word)
		}
	}
	return names
}

func exists(known map[string][]string, name string) bool {
	_, plain := known[name]
	_, part := known[histogram.ReplaceAllString(name, "")]
	return plain || part
}

func TestGuideListsEveryMetric(t *testing.T) {
	t.Parallel()
	row := regexp.MustCompile("(?m)^\\| `(gatehouse_[a-z0-9_]+)` \\|([^|]*)\\|")
	label := regexp.MustCompile("`([a-z_]+)`")
	written := map[string][]string{}
	for _, match := range row.FindAllStringSubmatch(guide(t, "monitoring.md"), -1) {
		written[match[1]] = []string{}
		for _, l := range label.FindAllStringSubmatch(match[2], -1) {
			written[match[1]] = append(written[match[1]], l[1])
		}
	}
	expected := registered(t)
	maps.DeleteFunc(expected, func(name string, _ []string) bool { return !strings.HasPrefix(name, "gatehouse_") })
	assert.Equal(t, slices.Sorted(maps.Keys(expected)), slices.Sorted(maps.Keys(written)))
	assert.Equal(t, expected, written)
}

func TestMetricsInTheGuideExist(t *testing.T) {
	t.Parallel()
	known := registered(t)
	for _, code := range regexp.MustCompile("`[^`\n]+`").FindAllString(guide(t, "*.md"), -1) {
		for _, name := range namesIn(code) {
			if prefix, family := strings.CutSuffix(name, "_"); family { // go_… and the like
				assert.Contains(t, []string{"go", "go_sql", "process"}, prefix)
				continue
			}
			assert.True(t, exists(known, name), name)
		}
	}
}
