package settings_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// all finds what an expression captures.
func all(expression, text string) []string {
	var found []string
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// keys are those of a mapping.
func keys(value any) []string {
	mapping, _ := value.(map[string]any)
	return slices.Collect(maps.Keys(mapping))
}

// at is the value inside of mappings.
func at(t *testing.T, value any, path ...string) any {
	t.Helper()
	for _, key := range path {
		mapping, ok := value.(map[string]any)
		require.True(t, ok, key)
		require.Contains(t, mapping, key)
		value = mapping[key]
	}
	return value
}

func readYAML(t *testing.T, text string) any {
	t.Helper()
	var value map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &value), text)
	return value
}

// A misspelt key is found, in each list.
func TestMisspeltKeysAreUnknown(t *testing.T) {
	t.Parallel()
	lists, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.Len(t, lists, 11)
	for _, list := range lists {
		name := strings.TrimSuffix(filepath.Base(list), ".txt")
		keys := documented(t, name)
		require.NotEmpty(t, keys, name)
		assert.Equal(t, []string{keys[0] + "x"}, unknown(t, name, []string{keys[0], keys[0] + "x"}), name)
		content, err := os.ReadFile(list)
		require.NoError(t, err)
		header := strings.Join(all(`(?m)^# (.*)$`, string(content)), " ")
		assert.Regexp(t, `(\d+\.\d+\.\d+|[0-9a-f]{8}).*, 2026-\d\d-\d\d[.:]`, header, "it says where it is from, and when")
	}
}

func TestKeysOfOpenIDClient(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "openid-client") {
		text := texts["sign-in.mjs"]
		known(t, "openid-client", append(all(`client\.(\w+)`, text), append(all(`(?m)^    (\w+):`, text), all(`\b(pkceCodeVerifier|expected\w+):`, text)...)...))
	}
}

func TestKeysOfAuthJS(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "auth-js") {
		known(t, "auth-js", append(all(`(?m)^      (\w+):`, texts["auth.ts"]), all(`process\.env\.(\w+)`, texts["auth.ts"])...))
		known(t, "auth-js", all(`(?m)^(\w+)=`, texts[".env.local"]))
	}
}

func TestKeysOfSpring(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "spring") {
		settings := at(t, readYAML(t, texts["application.yml"]), "spring", "security", "oauth2", "client")
		var used []string
		for _, part := range keys(settings) {
			for _, key := range keys(at(t, settings, part, "exampleid")) {
				used = append(used, part+"."+key)
			}
		}
		known(t, "spring", used)
		assert.Equal(t, "shop:1/a", at(t, settings, "registration", "exampleid", "client-id"))
		assert.Equal(t, "{baseUrl}/login/oauth2/code/{registrationId}", at(t, settings, "registration", "exampleid", "redirect-uri"))
	}
}

func TestKeysOfASPNET(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "asp-net") {
		var value map[string]any
		require.NoError(t, json.Unmarshal([]byte(texts["appsettings.json"]), &value))
		known(t, "asp-net", keys(at(t, value, "Authentication", "Schemes", "OpenIdConnect")))
		assert.NotContains(t, texts["appsettings.json"], "ClientSecret", "which is in the store of secrets")
	}
}

func TestKeysOfDjango(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "django") {
		known(t, "django", all(`(?m)^([A-Z_]+) \+?= `, texts["settings.py"]))
		assert.Contains(t, texts["settings.py"], `"django.contrib.auth.backends.ModelBackend",`, "which the administrators of the application sign in with")
	}
}

func TestKeysOfGrafana(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "grafana") {
		known(t, "grafana", iniKeys(texts["grafana.ini"]))
	}
	quoted := files(t, withScopes(t, "grafana"), hostile())["grafana.ini"]
	assert.Contains(t, quoted, `scopes = """openid a'b$(id) c`+"`"+`d${e}%(f)s{{g}}<h>#;"""`+"\n")
}

// iniKeys are the keys of an ini file, after their sections.
func iniKeys(text string) []string {
	var used []string
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSuffix(name, "]") + "."
		} else if key, _, ok := strings.Cut(line, "="); ok && !strings.HasPrefix(line, ";") {
			used = append(used, section+strings.TrimSpace(key))
		}
	}
	return used
}

func TestKeysOfArgoCD(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "argo-cd") {
		for _, text := range texts {
			known(t, "argo-cd", keys(at(t, readYAML(t, text), "data")))
		}
		inner, ok := at(t, readYAML(t, texts["argocd-cm.yaml"]), "data", "oidc.config").(string)
		require.True(t, ok)
		known(t, "argo-cd", keys(readYAML(t, inner)))
		assert.Equal(t, "$oidc.exampleid.clientSecret", at(t, readYAML(t, inner), "clientSecret"))
		assert.Equal(t, true, at(t, readYAML(t, inner), "enablePKCEAuthentication"), "it sends none unless it is told")
	}
}

func TestKeysOfGitea(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "gitea") {
		known(t, "gitea", all(`(?m)^  (--[a-z-]+)`, texts["add.sh"]))
		known(t, "gitea", iniKeys(texts["app.ini"]))
	}
}

func TestKeysOfNextcloud(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "nextcloud") {
		known(t, "nextcloud", all(`(?m)^  (--[a-z-]+)`, texts["provider.sh"]))
	}
}

func TestKeysOfProxmox(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "proxmox") {
		known(t, "proxmox", all(`(?m)^  (--[a-z-]+)`, texts["realm.sh"]))
	}
}
