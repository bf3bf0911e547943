package e2e_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The clients that the settings of other programs need can be registered as they say, and the addresses in
// them are those of the server.
func TestExamplesOfSettings(t *testing.T) {
	t.Parallel()
	s := start(t, sqliteFile(t))
	discovered := s.get("/.well-known/openid-configuration").body
	files, err := filepath.Glob("../examples/settings/*")
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		text := strings.NewReplacer("\\\n# ", "", "\\\n; ", "").Replace(string(content))
		command := regexp.MustCompile(`(?m)^[#;] +gatehouse (client create .*)$`).FindStringSubmatch(text)
		require.NotNil(t, command, file)
		args := strings.Fields(strings.ReplaceAll(command[1], `"`, ""))
		s.command(args...)
		shown := string(s.command("client", "get", args[3], "--json"))
		assert.Contains(t, text, args[3], file)
		assert.Contains(t, shown, args[3], file)
		for _, address := range regexp.MustCompile(`https://id\.example\.com(/[a-z/]+)`).FindAllStringSubmatch(text, -1) {
			assert.Contains(t, discovered, `"`+issuer+address[1]+`"`, file)
		}
	}
}

// products is the guide whose blocks are settings of other programs too.
const products = "../../deploy/docs/products.md"

// settingsOf returns the settings of a product that we show: those of the example and of the guide.
func settingsOf(t *testing.T, example, heading, language string) map[string]string {
	t.Helper()
	shown := map[string]string{}
	if example != "" {
		content, err := os.ReadFile("../examples/settings/" + example)
		require.NoError(t, err)
		shown[example] = string(content)
	}
	if heading != "" {
		content, err := os.ReadFile(products)
		require.NoError(t, err)
		_, section, found := strings.Cut(string(content), "\n## "+heading+"\n")
		require.True(t, found, heading)
		block := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindStringSubmatch(section)
		require.NotNil(t, block, heading)
		shown[products] = block[1]
	}
	return shown
}

// grafanaKeys are settings of Grafana, from its conf/defaults.ini, and use_refresh_token from
// https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/.
// It ignores others without a word.
var grafanaKeys = map[string]string{
	"server": "protocol http_addr http_port domain enforce_domain root_url serve_from_sub_path",
	"auth.generic_oauth": "name icon enabled allow_sign_up auto_login client_id client_secret scopes empty_scopes email_attribute_name " +
		"email_attribute_path login_attribute_path name_attribute_path role_attribute_path role_attribute_strict groups_attribute_path " +
		"id_token_attribute_name team_ids_attribute_path auth_url token_url api_url teams_url allowed_domains team_ids allowed_organizations " +
		"tls_skip_verify_insecure tls_client_cert tls_client_key tls_client_ca use_pkce use_refresh_token auth_style allow_assign_grafana_admin " +
		"skip_org_role_sync",
}

// unknownToGrafana returns the keys of an ini file that are not settings.
func unknownToGrafana(ini string) []string {
	var unknown []string
	section := ""
	for line := range strings.Lines(ini) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSuffix(name, "]")
			continue
		}
		key, _, _ := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); !slices.Contains(strings.Fields(grafanaKeys[section]), key) {
			unknown = append(unknown, section+" "+key)
		}
	}
	return unknown
}

// A misspelt setting of Grafana would be found when somebody cannot sign in.
func TestExamplesOfSettingsOfGrafana(t *testing.T) {
	t.Parallel()
	for name, ini := range settingsOf(t, "grafana.ini", "Grafana", "ini") {
		assert.Empty(t, unknownToGrafana(ini), name)
		assert.Equal(t, []string{"auth.generic_oauth use_pcke"}, unknownToGrafana(strings.Replace(ini, "use_pkce", "use_pcke", 1)), name)
		assert.NotEmpty(t, unknownToGrafana(strings.Replace(ini, "[auth.generic_oauth]", "[auth.oauth]", 1)), name)
	}
}

// kubernetesAuthentication has the fields of AuthenticationConfiguration, apiserver.config.k8s.io/v1
// (https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/, k8s.io/apiserver v0.37.2). kube-apiserver
// refuses others.
type kubernetesAuthentication struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	JWT        []struct {
		Issuer struct {
			URL                  string   `yaml:"url"`
			DiscoveryURL         string   `yaml:"discoveryURL"`
			CertificateAuthority string   `yaml:"certificateAuthority"`
			Audiences            []string `yaml:"audiences"`
			AudienceMatchPolicy  string   `yaml:"audienceMatchPolicy"`
			EgressSelectorType   string   `yaml:"egressSelectorType"`
		} `yaml:"issuer"`
		ClaimValidationRules []struct {
			Claim         string `yaml:"claim"`
			RequiredValue string `yaml:"requiredValue"`
			Expression    string `yaml:"expression"`
			Message       string `yaml:"message"`
		} `yaml:"claimValidationRules"`
		ClaimMappings struct {
			Username kubernetesClaim `yaml:"username"`
			Groups   kubernetesClaim `yaml:"groups"`
			UID      struct {
				Claim      string `yaml:"claim"`
				Expression string `yaml:"expression"`
			} `yaml:"uid"`
			Extra []struct {
				Key             string `yaml:"key"`
				ValueExpression string `yaml:"valueExpression"`
			} `yaml:"extra"`
		} `yaml:"claimMappings"`
		UserValidationRules []struct {
			Expression string `yaml:"expression"`
			Message    string `yaml:"message"`
		} `yaml:"userValidationRules"`
	} `yaml:"jwt"`
	Anonymous *struct {
		Enabled    bool `yaml:"enabled"`
		Conditions []struct {
			Path string `yaml:"path"`
		} `yaml:"conditions"`
	} `yaml:"anonymous"`
}

type kubernetesClaim struct {
	Claim      string  `yaml:"claim"`
	Prefix     *string `yaml:"prefix"`
	Expression string  `yaml:"expression"`
}

func TestExamplesOfSettingsOfKubernetes(t *testing.T) {
	t.Parallel()
	text := settingsOf(t, "kubernetes.yaml", "", "")["kubernetes.yaml"]
	var settings kubernetesAuthentication
	require.NoError(t, strictly(text, &settings))
	assert.Equal(t, "apiserver.config.k8s.io/v1 AuthenticationConfiguration", settings.APIVersion+" "+settings.Kind)
	require.Len(t, settings.JWT, 1)
	for _, required := range []string{settings.JWT[0].Issuer.URL, strings.Join(settings.JWT[0].Issuer.Audiences, ""), settings.JWT[0].ClaimMappings.Username.Expression} {
		assert.NotEmpty(t, required)
	}
	for right, wrong := range map[string]string{"audiences": "audience", "claimMappings": "claimMapping", "    message": "    messages", "username:": "userName:"} {
		require.Contains(t, text, right)
		require.ErrorContains(t, strictly(strings.ReplaceAll(text, right, wrong), &kubernetesAuthentication{}), "not found in type", wrong)
	}
}

// argoCD has the fields of oidc.config in argocd-cm, from OIDCConfig in util/settings of Argo CD and
// https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/.
type argoCD struct {
	Name                   string         `yaml:"name"`
	Issuer                 string         `yaml:"issuer"`
	ClientID               string         `yaml:"clientID"`
	ClientSecret           string         `yaml:"clientSecret"`
	CLIClientID            string         `yaml:"cliClientID"`
	RequestedScopes        []string       `yaml:"requestedScopes"`
	RequestedIDTokenClaims map[string]any `yaml:"requestedIDTokenClaims"`
	LogoutURL              string         `yaml:"logoutURL"`
	RootCA                 string         `yaml:"rootCA"`
	EnablePKCE             bool           `yaml:"enablePKCEAuthentication"`
}

func TestExamplesOfSettingsOfArgoCD(t *testing.T) {
	t.Parallel()
	var outer struct {
		Settings string `yaml:"oidc.config"`
	}
	require.NoError(t, strictly(settingsOf(t, "", "Argo CD", "yaml")[products], &outer))
	var settings argoCD
	require.NoError(t, strictly(outer.Settings, &settings))
	assert.NotEmpty(t, settings.Issuer)
	require.Error(t, strictly(strings.Replace(outer.Settings, "clientID", "clientId", 1), &settings))
}

// strictly reads YAML, and refuses what has no field.
func strictly(text string, into any) error {
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	err := d.Decode(into)
	if err == nil && !errors.Is(d.Decode(new(any)), io.EOF) {
		return errors.New("more than one document")
	}
	return err
}

// oauth2-proxy itself says what it knows: with all settings known, it goes on to the one that is missing here.
func TestExamplesOfSettingsOfOAuth2Proxy(t *testing.T) {
	t.Parallel()
	start := func(text string) string {
		file := filepath.Join(t.TempDir(), "oauth2-proxy.cfg")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		out, err := exec.CommandContext(t.Context(), "go", "tool", "-C", "../..", "-modfile=test/tools/oauth2-proxy.mod", "oauth2-proxy", "--config", file).CombinedOutput()
		require.Error(t, err)
		return string(out)
	}
	shown := settingsOf(t, "oauth2-proxy.cfg", "oauth2-proxy", "ini")
	require.Len(t, shown, 2)
	for name, text := range shown {
		assert.Contains(t, start(text), "missing setting: cookie-secret", name)
		assert.Contains(t, start(strings.Replace(text, "redirect_url", "redirect_uri", 1)), "invalid keys: redirect_uri", name)
	}
}

// What is to be copied fits on a screen or two. Lists of packages are for programs.
func TestExamplesAreShort(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../examples/*/*")
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(file string) bool { return filepath.Base(file) == "package-lock.json" })
	assert.Greater(t, len(files), 10)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.LessOrEqual(t, strings.Count(string(content), "\n"), 100, file)
	}
}
