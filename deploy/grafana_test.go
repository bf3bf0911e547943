package deploy_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type dashboard struct {
	UID, Title string
	Panels     []panel
	Templating struct {
		List []struct{ Name string }
	}
}

type panel struct {
	ID          int
	Type, Title string
	Targets     []struct{ Expr string }
	GridPos     struct{ X, Y, W, H int }
}

func TestDashboardUsesExistingMetrics(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("grafana/gatehouse.json")
	require.NoError(t, err)
	var board dashboard
	require.NoError(t, json.Unmarshal(content, &board))
	assert.Equal(t, "Gatehouse", board.Title)
	known := registered(t)
	recorded(t, known)

	var rows []string
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range board.Panels {
		assert.False(t, ids[p.ID], "two panels have the id %d", p.ID)
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				assert.Empty(t, taken[[2]int{x, y}], "%s overlaps another panel", p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			rows = append(rows, p.Title)
			continue
		}
		assert.NotEmpty(t, p.Targets, p.Title)
		for _, target := range p.Targets {
			names := namesIn(target.Expr)
			assert.NotEmpty(t, names, p.Title)
			for _, name := range names {
				assert.True(t, exists(known, name), "%s: %s", p.Title, name)
			}
		}
	}
	assert.Equal(t, []string{"Traffic", "Tokens", "Sign-in", "Limits", "Database", "Redis", "Keys and jobs", "Audit, webhooks and sign-outs", "Messages", "Revocation feed", "Runtime"}, rows)
}

func TestGrafanaFindsTheDashboard(t *testing.T) {
	t.Parallel()
	var sources struct {
		Datasources []struct{ UID, URL, Type string }
	}
	readYAML(t, "grafana/datasource.yaml", &sources)
	require.Len(t, sources.Datasources, 1)
	assert.Equal(t, "prometheus", sources.Datasources[0].Type)
	var providers struct {
		Providers []struct{ Options struct{ Path string } }
	}
	readYAML(t, "grafana/dashboards.yaml", &providers)
	require.Len(t, providers.Providers, 1)
	mounted := false
	for _, volume := range composed(t).Services["grafana"].Volumes {
		mounted = mounted || volume == "./grafana/gatehouse.json:"+providers.Providers[0].Options.Path+"/gatehouse.json:ro"
	}
	assert.True(t, mounted)
}
