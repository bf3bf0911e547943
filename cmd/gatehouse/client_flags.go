package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// clientFlags are the flags that describe a registration, for create and update alike: those of
// the table of fields, and the few that are not plain.
type clientFlags struct {
	// given is filled by the flags of the table. Only those that were given count.
	given                client.Client
	public               bool
	authMethod, jwksFile string
}

func (f *clientFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	for _, field := range client.Fields() {
		if field.Flag == "" {
			continue
		}
		switch value := field.Pointer(&f.given).(type) {
		case *string:
			flags.StringVar(value, field.Flag, "", field.Help)
		case *bool:
			flags.BoolVar(value, field.Flag, false, field.Help)
		case *int:
			flags.IntVar(value, field.Flag, 0, field.Help)
		case *time.Duration:
			flags.DurationVar(value, field.Flag, 0, field.Help)
		default:
			flags.StringArray(field.Flag, nil, field.Help)
		}
	}
	flags.BoolVar(&f.public, "public", false, "a client that cannot keep a secret: browser or native application")
	flags.StringVar(&f.authMethod, "auth-method", "", "the one method to authenticate by: client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt or none; any: a secret by Basic or in the body (default any)")
	flags.StringVar(&f.jwksFile, "jwks", "", "file with the client's public keys as a JWK set, for private_key_jwt and request objects")
	completeFlag(cmd, "auth-method", authMethods())
	completeFlag(cmd, "auth-signing-alg", append(client.SigningAlgorithms(), "HS256"))
	for _, field := range client.Fields() {
		if field.Flag != "" && field.Values != nil {
			completeFlag(cmd, field.Flag, field.Values)
		}
	}
}

// registerListChanges adds --add-NAME and --remove-NAME for each list.
func (*clientFlags) registerListChanges(cmd *cobra.Command) {
	for _, field := range client.Fields() {
		if field.IsList() {
			cmd.Flags().StringArray("add-"+field.Flag, nil, "add one (repeatable)")
			cmd.Flags().StringArray("remove-"+field.Flag, nil, "remove one (repeatable)")
			if field.Values != nil {
				completeFlag(cmd, "add-"+field.Flag, field.Values)
				completeFlag(cmd, "remove-"+field.Flag, field.Values)
			}
		}
	}
}

// apply changes c by the flags that were given, and by no others.
func (f *clientFlags) apply(cmd *cobra.Command, c *client.Client) error {
	given := cmd.Flags().Changed
	if given("public") && given("auth-method") && f.public != (f.authMethod == string(client.None)) {
		return errors.New("--public and --auth-method contradict each other")
	}
	if given("public") && f.public {
		c.AuthMethod = client.None
	}
	if given("auth-method") {
		if !slices.Contains(authMethods(), f.authMethod) {
			return fmt.Errorf("--auth-method %q must be %s", f.authMethod, oneOf(authMethods()))
		}
		c.AuthMethod, c.AuthMethodPinned = authMethod(f.authMethod)
	}
	if given("jwks") {
		set, err := os.ReadFile(f.jwksFile)
		if f.jwksFile != "" && err != nil {
			return fmt.Errorf("--jwks: %w", err)
		}
		c.JWKS = strings.TrimSpace(string(set))
	}
	for _, field := range client.Fields() {
		if field.Flag == "" || field.IsList() || !given(field.Flag) {
			continue
		}
		switch into := field.Pointer(c).(type) {
		case *string:
			*into = *field.Pointer(&f.given).(*string) //nolint:forcetypeassert // the same field
		case *bool:
			*into = *field.Pointer(&f.given).(*bool) //nolint:forcetypeassert // the same field
		case *int:
			*into = *field.Pointer(&f.given).(*int) //nolint:forcetypeassert // the same field
		case *time.Duration:
			*into = *field.Pointer(&f.given).(*time.Duration) //nolint:forcetypeassert // the same field
		}
	}
	return f.applyLists(cmd, c)
}

// applyLists replaces lists, and then adds to them and removes from them.
func (*clientFlags) applyLists(cmd *cobra.Command, c *client.Client) error {
	for _, field := range client.Fields() {
		if !field.IsList() {
			continue
		}
		read := func(flag string) ([]string, error) {
			if !cmd.Flags().Changed(flag) {
				return nil, nil
			}
			values, err := cmd.Flags().GetStringArray(flag)
			if field.Words {
				values = words(values)
			}
			return values, err
		}
		replaced, err := read(field.Flag)
		if err != nil {
			return err
		}
		if cmd.Flags().Changed(field.Flag) {
			field.SetList(c, replaced)
		}
		removed, err := read("remove-" + field.Flag)
		if err != nil {
			return err
		}
		added, err := read("add-" + field.Flag)
		if err != nil {
			return err
		}
		if removed != nil || added != nil {
			before := field.List(c)
			if field.Name == "response_types" {
				before = c.Responses() // of which code is one without being named
			}
			field.SetList(c, changed(before, removed, added))
		}
	}
	if cmd.Flags().Lookup("remove-scope") != nil && cmd.Flags().Changed("remove-scope") {
		// What it may not ask for any more it cannot get by default either.
		c.DefaultScopes = slices.DeleteFunc(slices.Clone(c.DefaultScopes), func(s string) bool { return !c.MayAsk(s) })
	}
	return nil
}

// changed is a list with fewer and more values.
func changed(list, removed, added []string) []string {
	list = slices.DeleteFunc(list, func(v string) bool { return slices.Contains(removed, v) })
	for _, v := range added {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// authMethods are the values of --auth-method.
func authMethods() []string {
	for _, field := range client.Fields() {
		if field.Name == "token_endpoint_auth_method" {
			return append(slices.Clone(field.Values), anyMethod)
		}
	}
	return nil
}

// anyMethod is the value for a secret by Basic or in the body.
const anyMethod = "any"

// authMethod reads --auth-method: a method that is named is the only one.
func authMethod(name string) (method client.AuthMethod, pinned bool) {
	if name == anyMethod {
		return client.SecretBasic, false
	}
	return client.AuthMethod(name), true
}

// words also takes several names in one flag, as they stand in a scope parameter.
func words(values []string) []string { return strings.Fields(strings.Join(values, " ")) }
