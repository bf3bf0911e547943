package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const settingsIntro = `# Settings

Every setting, its default and what it does. ` + "`gatehouse doctor`" + ` reports what is missing, misspelled or wrong, and
[which matter](run.md#settings-that-matter) and [where they come from](run.md#where-settings-come-from) is said elsewhere, as is more
about [limits](limits.md), [mail and SMS](messages.md), [the brand](branding.md) and [keys](rotation.md). This page is made from the program.
`

// documented are settings that one comment of the source is about.
type documented struct {
	names, defaults []string
	text            string
	// files are those whose value can also be read from a file.
	files []string
}

// settingsPage has a part for each comment on the fields of config.
func settingsPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(settingsIntro)
	for _, s := range documentedSettings(t) {
		fmt.Fprintf(&b, "\n### %s\n\n%s", asText(strings.Join(s.names, ", ")), s.text)
		for _, variable := range s.files {
			fmt.Fprintf(&b, " `%s` names a file with the value instead.", variable)
		}
		b.WriteString("\n")
		if len(s.defaults) > 0 {
			fmt.Fprintf(&b, "\nDefault: %s.\n", strings.Join(s.defaults, ", "))
		}
	}
	return b.String()
}

// settingTexts are those that the console shows, by variable.
func settingTexts(t *testing.T) string {
	t.Helper()
	texts := map[string]string{}
	for _, s := range documentedSettings(t) {
		text := regexp.MustCompile(`\\([_*<>\[\]])`).ReplaceAllString(s.text, "$1")
		for _, variable := range s.files {
			text += fmt.Sprintf(" `%s` names a file with the value instead.", variable)
		}
		if len(s.defaults) > 0 {
			text += fmt.Sprintf(" Default: %s.", strings.Join(s.defaults, ", "))
		}
		for _, variable := range slices.Concat(s.names, s.files) {
			if !strings.HasPrefix(variable, envPrefix+strings.ToUpper(proxyPrefix)) {
				texts[variable] = text
			}
		}
	}
	content, err := json.MarshalIndent(texts, "", "  ")
	require.NoError(t, err)
	return string(content) + "\n"
}

// fieldsOf are the fields of a struct in the source.
func fieldsOf(t *testing.T, file, of string) []*ast.Field {
	t.Helper()
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	require.NoError(t, err)
	return source.Scope.Lookup(of).Decl.(*ast.TypeSpec).Type.(*ast.StructType).Fields.List
}

func documentedSettings(t *testing.T) []documented {
	t.Helper()
	fields := slices.Concat(fieldsOf(t, "config.go", "config"), fieldsOf(t, "config_factors.go", "factorSettings"), fieldsOf(t, "config_proxy.go", "proxySettings"), fieldsOf(t, "config_client_registration.go", "clientRegistrationSettings"))
	values := reflect.ValueOf(defaults())
	variables := map[string]string{}
	for _, field := range settingFields() {
		variables[field.Name] = envPrefix + strings.ToUpper(field.Tag.Get("koanf"))
	}
	var all []documented
	for _, field := range fields {
		if len(field.Names) == 0 { // settings of another struct
			continue
		}
		name := field.Names[0].Name
		variable, setting := variables[name]
		if !setting {
			continue
		}
		if field.Doc != nil {
			all = append(all, documented{text: inVariables(field.Doc.Text(), variables)})
		}
		last := &all[len(all)-1]
		if strings.HasSuffix(variable, "_FILE") {
			last.files = append(last.files, variable)
			continue
		}
		last.names = append(last.names, variable)
		if value := usual(values.FieldByName(name).Interface()); value != "" {
			last.defaults = append(last.defaults, "`"+variable+"` `"+value+"`")
		}
	}
	for i, s := range all {
		if len(s.names) == 1 {
			all[i].text = withoutSubject(s.text, s.names[0])
			for j, value := range s.defaults {
				all[i].defaults[j] = strings.TrimPrefix(value, "`"+s.names[0]+"` ")
			}
		}
	}
	return all
}

// inVariables is a comment with the names that settings have outside of the source.
func inVariables(comment string, variables map[string]string) string {
	text := regexp.MustCompile(`"([^"]+)"`).ReplaceAllString(strings.Join(strings.Fields(comment), " "), "`$1`")
	text = marked(regexp.MustCompile(`--[a-z]+`).ReplaceAllString(text, "`$0`"))
	return regexp.MustCompile(`\b[A-Z]\w+\b`).ReplaceAllStringFunc(text, func(word string) string {
		if variable, ok := variables[word]; ok {
			return "`" + variable + "`"
		}
		return word
	})
}

// withoutSubject is a text that need not name what it is about, since it stands beside it.
func withoutSubject(text, subject string) string {
	rest, ok := strings.CutPrefix(text, "`"+subject+"` ")
	if !ok {
		return text
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "is "), "are ")
	if first, _, _ := strings.Cut(rest, " "); strings.Contains(first, "://") {
		return rest
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

// usual is a default as one would write it; empty: there is none.
func usual(value any) string {
	switch value := value.(type) {
	case time.Duration:
		text := value.String()
		for _, zero := range []string{"m0s", "h0m"} {
			if strings.HasSuffix(text, zero) {
				text = strings.TrimSuffix(text, zero[1:])
			}
		}
		return text
	case []string:
		return strings.Join(value, ",")
	default:
		return fmt.Sprint(value)
	}
}
