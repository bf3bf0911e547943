package settings_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// authentication has the fields of AuthenticationConfiguration, apiserver.config.k8s.io/v1, that are of use here
// (https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/, k8s.io/apiserver v0.36.6, 2026-11-28).
// kube-apiserver refuses others.
type authentication struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	JWT        []struct {
		Issuer struct {
			URL       string   `yaml:"url"`
			Audiences []string `yaml:"audiences"`
		} `yaml:"issuer"`
		ClaimValidationRules []struct {
			Expression string `yaml:"expression"`
			Message    string `yaml:"message"`
		} `yaml:"claimValidationRules"`
		ClaimMappings struct {
			Username, Groups struct {
				Expression string `yaml:"expression"`
			}
		} `yaml:"claimMappings"`
	} `yaml:"jwt"`
}

// kubeconfig has the fields of v1 Config (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/).
type kubeconfig struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Users      []struct {
		Name string `yaml:"name"`
		User struct {
			Exec struct {
				APIVersion      string   `yaml:"apiVersion"`
				Command         string   `yaml:"command"`
				Args            []string `yaml:"args"`
				InteractiveMode string   `yaml:"interactiveMode"`
			} `yaml:"exec"`
		} `yaml:"user"`
	} `yaml:"users"`
}

func strictly(t *testing.T, text string, into any) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	require.NoError(t, d.Decode(into), text)
}

func TestKeysOfKubernetes(t *testing.T) {
	t.Parallel()
	for _, texts := range variants(t, "kubernetes") {
		var a authentication
		strictly(t, texts["authentication.yaml"], &a)
		assert.Equal(t, "apiserver.config.k8s.io/v1 AuthenticationConfiguration", a.APIVersion+" "+a.Kind)
		require.Len(t, a.JWT, 1)
		assert.Equal(t, []string{"shop:1/a"}, a.JWT[0].Issuer.Audiences)
		assert.True(t, strings.HasPrefix(a.JWT[0].ClaimMappings.Username.Expression, `"exampleid:" + claims.`))
		if groups := a.JWT[0].ClaimMappings.Groups.Expression; groups != "" {
			// The loader of k8s.io/apiserver v0.36.6 takes this one. Without dyn, a claim may be anything, which has no
			// map, and kube-apiserver does not start.
			assert.Equal(t, `claims.?groups.orValue(dyn([])).map(g, "exampleid:" + g)`, groups)
		}
		var k kubeconfig
		strictly(t, texts["kubeconfig.yaml"], &k)
		require.Len(t, k.Users, 1)
		exec := k.Users[0].User.Exec
		assert.Equal(t, []string{"oidc-login", "get-token"}, exec.Args[:2])
		var flags []string
		for _, arg := range exec.Args[2:] {
			flag, _, _ := strings.Cut(arg, "=")
			flags = append(flags, flag)
		}
		known(t, "kubernetes", flags)
	}
}
