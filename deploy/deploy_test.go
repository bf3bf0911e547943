package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type compose struct {
	Services map[string]composeService
	Networks map[string]any
	Volumes  map[string]any
	Secrets  map[string]struct{ File string }
}

type composeService struct {
	Image       string
	Command     any
	Environment map[string]string
	Secrets     []string
	Networks    []string
	Volumes     []string
	Ports       []string
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck map[string]any
	Deploy      struct{ Replicas int }
}

func composed(t *testing.T) compose {
	t.Helper()
	var c compose
	readYAML(t, "compose.yaml", &c)
	return c
}

func TestComposeReferencesExist(t *testing.T) {
	t.Parallel()
	c := composed(t)
	assert.Equal(t, 2, c.Services["gatehouse"].Deploy.Replicas)
	for name, service := range c.Services {
		assert.NotEmpty(t, service.Image, name)
		for other, on := range service.DependsOn {
			dependency, ok := c.Services[other]
			assert.True(t, ok, "%s waits for %s", name, other)
			if on.Condition == "service_healthy" && other != "gatehouse" { // the image has its own
				assert.NotEmpty(t, dependency.Healthcheck, other)
			}
		}
		for _, network := range service.Networks {
			assert.Contains(t, c.Networks, network, name)
		}
		for _, secret := range service.Secrets {
			assert.Contains(t, c.Secrets, secret, name)
		}
		for _, volume := range service.Volumes {
			source, _, _ := strings.Cut(volume, ":")
			if strings.HasPrefix(source, "./") {
				assert.FileExists(t, filepath.Join(source, map[bool]string{true: "prometheus.yml"}[name == "prometheus"]))
				continue
			}
			assert.Contains(t, c.Volumes, source, name)
		}
	}
	made, err := os.ReadFile("secrets.sh")
	require.NoError(t, err)
	for name, secret := range c.Secrets {
		assert.Equal(t, "./secrets/"+name, secret.File)
		assert.Contains(t, string(made), name)
	}
}

// Services without authentication are only published on loopback.
func TestComposePublishesTheProxyOnly(t *testing.T) {
	t.Parallel()
	for name, service := range composed(t).Services {
		for _, port := range service.Ports {
			assert.True(t, name == "proxy" || strings.HasPrefix(port, "127.0.0.1:"), "%s publishes %s", name, port)
		}
		for key, value := range service.Environment {
			if strings.Contains(key, "PASSWORD") || strings.Contains(key, "SECRET") {
				assert.True(t, strings.HasPrefix(value, "/run/secrets/"), "%s has %s in plain text", name, key)
			}
		}
	}
}

func TestImageIsMinimalAndUnprivileged(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	text := regexp.MustCompile(`\\\n\s*`).ReplaceAllString(string(content), " ")
	known := []string{"FROM", "ARG", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
	last := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		instruction, rest, _ := strings.Cut(line, " ")
		assert.Contains(t, known, instruction)
		last[instruction] = rest
	}
	assert.Contains(t, last["FROM"], "distroless/static")
	assert.Equal(t, "65532:65532", last["USER"])
	assert.Contains(t, last["HEALTHCHECK"], `["/gatehouse", "healthcheck"]`)
	assert.Contains(t, last["ENV"], "GATEHOUSE_LISTEN=0.0.0.0:8080")
	assert.Contains(t, last["ENV"], "GATEHOUSE_OPS_LISTEN=0.0.0.0:9464")
	assert.Contains(t, text, "CGO_ENABLED=0")
	assert.Contains(t, text, "-trimpath")

	version, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	series := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(version)
	assert.Contains(t, text, "golang:"+string(series[1])+"-")
}

// A package folder missing from the build context would only be noticed when building the image.
func TestImageGetsEveryPackage(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("Dockerfile.dockerignore")
	require.NoError(t, err)
	folders, err := os.ReadDir("..")
	require.NoError(t, err)
	for _, folder := range folders {
		name := folder.Name()
		if !folder.IsDir() || strings.HasPrefix(name, ".") || slices.Contains([]string{"test", "deploy", "bin", "data"}, name) {
			continue
		}
		assert.Contains(t, string(content), "\n!"+name+"\n")
	}
}

// The server ignores a misspelled setting.
func TestSettingsExist(t *testing.T) {
	t.Parallel()
	known := []string{
		"GATEHOUSE_HOST", "GATEHOUSE_VERSION", "GATEHOUSE_HTTP_PORT", "GATEHOUSE_HTTPS_PORT", // of compose.yaml
		"GATEHOUSE_PROXY_", // those of the proxy
	}
	for _, file := range []string{"config.go", "config_client_registration.go", "config_factors.go", "config_proxy.go"} {
		source, err := os.ReadFile(filepath.Join("../cmd/gatehouse", file))
		require.NoError(t, err)
		for _, tag := range regexp.MustCompile(`koanf:"(\w+)"`).FindAllSubmatch(source, -1) {
			known = append(known, "GATEHOUSE_"+strings.ToUpper(string(tag[1])))
		}
	}
	guides, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, guides)
	for _, path := range append(guides, "Dockerfile", "compose.yaml", "Caddyfile", "README.md", "../README.md") {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, name := range regexp.MustCompile(`GATEHOUSE_[A-Z_]+`).FindAllString(string(content), -1) {
			assert.Contains(t, known, name, path)
		}
	}
}
