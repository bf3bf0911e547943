package handlers

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// checkTable refuses an ambiguous or incomplete table. It also drops aliases that the prefix made
// equal to the path itself.
func checkTable(table []route.Route, guards route.Guards) error {
	names, served, rules := map[string]bool{}, map[string]string{}, map[string]route.CORSRule{}
	for i := range table {
		entry := &table[i]
		if err := checkRoute(*entry, guards); err != nil {
			return fmt.Errorf("route %q: %w", entry.Name, err)
		}
		if names[entry.Name] {
			return fmt.Errorf("route %q: the name is taken", entry.Name)
		}
		names[entry.Name] = true
		if rule, ok := rules[entry.Path]; ok && rule != entry.CORS {
			return fmt.Errorf("route %q: another CORS rule than the other methods of %s", entry.Name, entry.Path)
		}
		rules[entry.Path] = entry.CORS
		for _, method := range entry.Methods {
			key := method + " " + entry.Path
			if other, ok := served[key]; ok {
				return fmt.Errorf("route %q: %s is already %q", entry.Name, key, other)
			}
			served[key] = entry.Name
		}
		entry.Aliases = slices.DeleteFunc(slices.Clone(entry.Aliases), func(alias string) bool { return alias == entry.Path })
	}
	return nil
}

func checkRoute(r route.Route, guards route.Guards) error {
	guard, guarded := guards.Of(r.Protection)
	switch {
	case !r.Protection.Known():
		return errors.New("no protection named")
	case guarded && guard == nil:
		return fmt.Errorf("nothing guards routes of protection %q", r.Protection)
	case r.CORS < route.NoCORS || r.CORS > route.PublicClientOrigins:
		return errors.New("unknown CORS rule")
	case r.Handler == nil:
		return errors.New("no handler")
	case r.Name == "" || len(r.Methods) == 0 || !strings.HasPrefix(r.Path, "/"):
		return errors.New("name, methods and path are needed")
	case r.MaxBody < 0:
		return errors.New("negative body limit")
	}
	return nil
}

// aliasTable maps each alias to what it stands for. An alias may be the path of another route too, for
// other methods or other bodies.
func aliasTable(table []route.Route) (map[string]alias, error) {
	methods, aliases := map[string][]string{}, map[string]alias{}
	for _, entry := range table {
		methods[entry.Path] = append(methods[entry.Path], entry.Methods...)
	}
	for _, entry := range table {
		for _, path := range slices.Concat(entry.Aliases, entry.FormAliases) {
			a := alias{path: entry.Path, methods: entry.Methods, form: slices.Contains(entry.FormAliases, path)}
			others, shared := methods[path]
			a.shared = shared
			clash := !a.form && slices.ContainsFunc(others, func(m string) bool { return slices.Contains(entry.Methods, m) })
			if other, ok := aliases[path]; clash || (ok && other.path != entry.Path) || strings.ContainsAny(path, "{}") {
				return nil, fmt.Errorf("route %q: the alias %s is taken or has variables", entry.Name, path)
			}
			aliases[path] = a
		}
	}
	return aliases, nil
}

// checkPrefix checks that a prefix is empty or made of plain segments, such as /oauth or /auth/v2.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	plain := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
	}
	segments := strings.Split(prefix, "/")
	for i, s := range segments {
		if (i == 0) != (s == "") || s == "." || s == ".." || strings.ContainsFunc(s, func(c rune) bool { return !plain(c) }) {
			return fmt.Errorf("the OAuth prefix %q is not of the form /name or /name/name", prefix)
		}
	}
	return nil
}
