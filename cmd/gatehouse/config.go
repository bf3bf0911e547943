package main

import "time"

// config is every setting there is, with its default where it has one. The key of a
// setting in the YAML file is its koanf tag; in the environment it is GATEHOUSE_ and
// the key in capitals. A key ending in _file names a file that holds the value of the
// key before it, for secrets that are mounted and not typed.
type config struct {
	// Issuer is the public address of the provider, https and without a path. It stands
	// in every token, so it cannot be changed later without ending them all.
	Issuer string `koanf:"issuer"`
	// Listen is the address of the public endpoints.
	Listen string `koanf:"listen"`
	// OpsListen is the address of probes and profiles, never to be public.
	OpsListen string `koanf:"ops_listen"`
	// TLSCert and TLSKey are PEM files; without them a proxy in front must speak TLS.
	TLSCert string `koanf:"tls_cert"`
	TLSKey  string `koanf:"tls_key"`
	// TrustedProxies are addresses or CIDR ranges whose X-Forwarded-For is believed.
	TrustedProxies []string `koanf:"trusted_proxies"`

	// DataDir holds the embedded database and the generated secret.
	DataDir string `koanf:"data_dir"`
	// DatabaseURL is sqlite://PATH or postgres://...; empty is a file in DataDir.
	DatabaseURL     string `koanf:"database_url"`
	DatabaseURLFile string `koanf:"database_url_file"`
	// Migrate lets serve bring a Postgres schema up to date by itself. The embedded
	// database is always brought up to date.
	Migrate bool `koanf:"migrate"`

	// Secret seals every key in the database: at least 32 bytes. With the embedded
	// database one is generated when it is empty.
	Secret     string `koanf:"secret"`
	SecretFile string `koanf:"secret_file"`
	// PreviousSecrets may still open the keys, while the secret is being changed.
	PreviousSecrets     []string `koanf:"previous_secrets"`
	PreviousSecretsFile string   `koanf:"previous_secrets_file"`

	// OAuthPrefix is the path before the protocol endpoints.
	OAuthPrefix string `koanf:"oauth_prefix"`
	// AccessTokenLifetime applies to clients that have none of their own.
	AccessTokenLifetime time.Duration `koanf:"access_token_lifetime"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `koanf:"log_level"`

	// Dev is set by --dev alone: no file or variable may switch it on in production.
	Dev bool `koanf:"-"`
}

func defaults() config {
	return config{
		Listen:              "127.0.0.1:8080",
		OpsListen:           "127.0.0.1:9464",
		DataDir:             "./data",
		OAuthPrefix:         "/oauth",
		AccessTokenLifetime: time.Hour,
		LogLevel:            "info",
	}
}
