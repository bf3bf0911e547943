package imports

// Source says where items come from, for the audit log.
type Source struct {
	// System is the kind of source: "jsonl", "keycloak", "dex" and so on.
	System string
	// Name is the name of the file without its folder, or "-" for standard input.
	Name string
	// SHA256 is the digest of the file in hexadecimal; empty for standard input.
	SHA256 string
}

// Details are the properties of the record of one batch: which lines of which file.
func (s Source) Details(batch []Item) map[string]any {
	details := map[string]any{"source": s.System, "file": s.Name}
	if s.SHA256 != "" {
		details["file_sha256"] = s.SHA256
	}
	if len(batch) > 0 {
		details["first_line"], details["last_line"] = batch[0].Line, batch[len(batch)-1].Line
	}
	return details
}
