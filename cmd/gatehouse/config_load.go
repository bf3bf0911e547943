package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const envPrefix = "GATEHOUSE_"

// loadConfig reads the settings: defaults, then the file, then the environment, then
// flags, the later ones winning. It does not judge them; validate does. With *settingFaults
// it returns what could be read.
func loadConfig(cmd *cobra.Command, environ []string) (config, error) {
	k := koanf.New(".")
	c := defaults()
	c.origin = map[string]string{}
	if path, err := cmd.Flags().GetString("config"); err == nil && path != "" {
		if err := c.loadFile(k, path); err != nil {
			return config{}, err
		}
	}
	variables := fromEnviron(environ)
	flags, flagNames := fromFlags(cmd.Flags())
	for key := range variables {
		c.origin[key] = envPrefix + strings.ToUpper(key)
	}
	for key, flag := range flagNames {
		c.origin[key] = "--" + flag
	}
	if err := errors.Join(k.Load(confmap.Provider(variables, "."), nil), k.Load(confmap.Provider(flags, "."), nil)); err != nil {
		return config{}, fmt.Errorf("read settings: %w", err)
	}
	bad := c.checkValues(k)
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result:           &c,
		TagName:          "koanf",
		WeaklyTypedInput: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeDurationHookFunc(), mapstructure.StringToSliceHookFunc(",")),
	}})
	if err != nil {
		return config{}, fmt.Errorf("read settings: %w", err)
	}
	if dev, err := cmd.Flags().GetBool("dev"); err == nil {
		c.Dev = dev
	}
	if c.Dev {
		c.DrainDelay = 0
	}
	if on, err := cmd.Flags().GetBool("conformance"); err == nil && on {
		c.Conformance = true
		if err := c.forSuite(terminal{Environ: environ}.variable); err != nil {
			return config{}, err
		}
	}
	if _, port, err := net.SplitHostPort(c.Listen); c.Dev && c.Issuer == "" && err == nil {
		c.Issuer = "http://localhost:" + port
	}
	c.readSecretFiles(bad)
	return c, bad.orNil()
}

// loadFile reads the YAML file of --config. What its parser says of a fault may quote the file,
// which can hold secrets: the line is named instead.
func (c *config) loadFile(k *koanf.Koanf, path string) error {
	var fault *fs.PathError
	switch err := k.Load(file.Provider(path), yaml.Parser()); {
	case errors.As(err, &fault):
		return fmt.Errorf("--config: %w", fault)
	case err != nil:
		return fmt.Errorf("--config: %s is not a YAML file with settings: see %s", path, cmp.Or(regexp.MustCompile(`line \d+`).FindString(err.Error()), "its beginning"))
	}
	if unknown := unknownKeys(k.Keys()); len(unknown) > 0 {
		return fmt.Errorf("%s: there is no setting %q", path, unknown[0])
	}
	for _, key := range k.Keys() {
		c.origin[key] = path + ": " + key
	}
	return nil
}

// settingKeys lists the keys of the config struct, which is the reference.
func settingKeys() []string {
	var keys []string
	for _, field := range settingFields() {
		keys = append(keys, field.Tag.Get("koanf"))
	}
	return keys
}

// settingFields are the fields that are settings, also those of embedded structs.
func settingFields() []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(reflect.TypeFor[config]()), func(f reflect.StructField) bool {
		return f.Anonymous || f.Tag.Get("koanf") == "-"
	})
}

func unknownKeys(keys []string) []string {
	known := settingKeys()
	return slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(known, key) })
}

// fromEnviron takes an empty variable for one that is not set: compose files and charts
// pass variables on whether they have a value or not.
func fromEnviron(environ []string) map[string]any {
	known := settingKeys()
	values := map[string]any{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		key, ok := strings.CutPrefix(name, envPrefix)
		if key = strings.ToLower(key); ok && value != "" && slices.Contains(known, key) {
			values[key] = value
		}
	}
	return values
}

// settingOfFlag is the annotation of a flag whose setting has another name.
const settingOfFlag = "gatehouse_setting"

// fromFlags takes the flags that are settings, and the names of the flags by the keys of the settings.
// Those of a client's registration can have the names of settings, such as --access-token-lifetime,
// and mean the client's own.
func fromFlags(flags *pflag.FlagSet) (values map[string]any, names map[string]string) {
	values, names = map[string]any{}, map[string]string{}
	flags.Visit(func(f *pflag.Flag) {
		key := ""
		if slices.Contains([]string{"data-dir", "database-url", "issuer", "listen", "ops-listen", "migrate"}, f.Name) {
			key = strings.ReplaceAll(f.Name, "-", "_")
		}
		if other := f.Annotations[settingOfFlag]; len(other) > 0 {
			key = other[0]
		}
		if key == "" {
			return
		}
		values[key], names[key] = f.Value.String(), f.Name
		if list, ok := f.Value.(pflag.SliceValue); ok {
			var texts []any
			for _, text := range list.GetSlice() {
				texts = append(texts, text)
			}
			values[key] = texts
		}
	})
	return values, names
}

// readSecretFiles replaces each ..._FILE setting by what the file holds, less the line
// break that editors and kubectl put at the end.
func (c *config) readSecretFiles(bad *settingFaults) {
	previous := ""
	for _, s := range []struct {
		key, path string
		into      *string
	}{
		{"database_url", c.DatabaseURLFile, &c.DatabaseURL},
		{"redis_url", c.RedisURLFile, &c.RedisURL},
		{"secret", c.SecretFile, &c.Secret},
		{"previous_secrets", c.PreviousSecretsFile, &previous},
		{"private_key_passphrase", c.PrivateKeyPassphraseFile, &c.PrivateKeyPassphrase},
		{"smtp_url", c.SMTPURLFile, &c.SMTPURL},
		{"sms_webhook_secret", c.SMSWebhookSecretFile, &c.SMSWebhookSecret},
		{"proxy_client_secret", c.ProxyClientSecretFile, &c.ProxyClientSecret},
	} {
		if s.path == "" {
			continue
		}
		file := c.named(s.key + "_file")
		if *s.into != "" {
			bad.add(s.key, fmt.Errorf("set %s or %s, not both", c.named(s.key), file))
			continue
		}
		content, err := os.ReadFile(s.path)
		if err != nil {
			bad.add(s.key, fmt.Errorf("%s: %w", file, err))
			continue
		}
		*s.into = strings.TrimRight(string(content), "\r\n")
		c.origin[s.key] = file
	}
	for line := range strings.FieldsSeq(previous) {
		c.PreviousSecrets = append(c.PreviousSecrets, line)
	}
}

// generatedSecret reads the secret of the data directory, and makes it first when it is
// not there. Two processes that start at once end up with the same one: a file is made
// whole beside its place and linked into it, which only one of them can do.
func (e *environment) generatedSecret(dir string) (string, error) {
	path := filepath.Join(dir, "secret")
	content, err := os.ReadFile(path) //nolint:gosec // below the operator's data directory
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the generated secret: %w", err)
	}
	made, err := os.CreateTemp(dir, ".secret-*")
	if err != nil {
		return "", fmt.Errorf("write the generated secret: %w", err)
	}
	defer func() { _ = os.Remove(made.Name()) }()
	_, err = made.WriteString(e.randomHex(32) + "\n") // CreateTemp makes it 0600
	if err := errors.Join(err, made.Sync(), made.Close()); err != nil {
		return "", fmt.Errorf("write the generated secret: %w", err)
	}
	if err := os.Link(made.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("write the generated secret: %w", err)
	}
	content, err = os.ReadFile(path) //nolint:gosec // below the operator's data directory
	return strings.TrimSpace(string(content)), err
}
