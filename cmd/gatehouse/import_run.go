package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// importFlags are the flags of every import.
type importFlags struct {
	dryRun, asJSON *bool
	refused        *string
	management     *[]string // nil where the source has no clients that could have it
}

func addImportFlags(cmd *cobra.Command) importFlags {
	return importFlags{
		dryRun:  cmd.Flags().Bool("dry-run", false, "check everything, also against what exists, and write nothing"),
		asJSON:  addJSON(cmd),
		refused: cmd.Flags().String("refused", "", "file for the refused lines, to be mended and imported again, replaced at the end; it holds password hashes and secrets"),
	}
}

// addManagement adds the flag of imports whose clients may have management scopes.
func (f *importFlags) addManagement(cmd *cobra.Command) {
	f.management = cmd.Flags().StringArray("allow-management", nil, "id of a client that may have the management scopes (gatehouse:...) that it has in the source, and manage this server (repeatable)")
}

// managing: the JSON lines are in the words of this server, and other sources in those of another.
func (f *importFlags) managing(source imports.Source) imports.Management {
	m := imports.Management{LeaveOut: source.System != "jsonl"}
	if f.management != nil {
		m.Allowed = *f.management
	}
	return m
}

// importSinks are those of the given kinds: items of others are passed over.
func (e *environment) importSinks(cmd *cobra.Command, h *instance, f importFlags, source imports.Source, kinds ...imports.Kind) map[imports.Kind]imports.Sink {
	addScopes := func(ctx context.Context, names []string) ([]string, error) {
		return h.catalogue.Ensure(ctx, e.actor(), names)
	}
	if *f.dryRun {
		addScopes = nil
	}
	all := map[imports.Kind]imports.Sink{
		imports.KindUser:   imports.NewUsers(h.users.Import(h.store, e.actor(), *f.dryRun), source),
		imports.KindClient: imports.NewClients(h.registry.Import(h.store, e.actor(), *f.dryRun), source, imports.ClientOptions{Scopes: addScopes, Management: f.managing(source), Flags: repeated(cmd)}),
		imports.KindScope:  imports.NewScopes(h.catalogue, e.actor(), *f.dryRun),
	}
	sinks := map[imports.Kind]imports.Sink{}
	for _, kind := range kinds {
		sinks[kind] = all[kind]
	}
	return sinks
}

// importFrom imports the kinds from a file, or from standard input.
func (e *environment) importFrom(cmd *cobra.Command, f importFlags, path, system string, read func(file *importFile) (imports.Reader, error), kinds ...imports.Kind) (err error) {
	file, err := e.openImport(path, system)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	reader, err := read(file)
	if err != nil {
		return fmt.Errorf("%s: %w", file.Name, err)
	}
	h, err := e.open(cmd)
	if err != nil {
		return err
	}
	defer h.close(&err)
	return e.runImport(cmd.Context(), f, append(file.used, h.files()...), imports.Run{Sinks: e.importSinks(cmd, h, f, file.Source, kinds...)}, reader, file.done)
}

// files are those of the server.
func (h *instance) files() []usedFile {
	paths, err := h.config.privateFiles()
	if err != nil { // the database would not be open
		return nil
	}
	return usedFiles("a file of this server", paths...)
}

// runImport imports what the reader yields, shows the progress and prints the report. It returns an
// error when items were refused or the import was interrupted. done tells how much of the source was
// read, between 0 and 1, or a negative number where that is not known. The file for refused lines may be
// none of those in use.
func (e *environment) runImport(ctx context.Context, f importFlags, used []usedFile, run imports.Run, reader imports.Reader, done func() float64) (err error) {
	if *f.refused != "" {
		refused, openErr := openRefused(*f.refused, used)
		if openErr != nil {
			return openErr
		}
		run.Refused = refused.write
		defer func() { err = errors.Join(err, refused.close(e.Err)) }()
	}
	bar := newImportProgress(e.Err, e.clock, done)
	run.Progress = bar.show
	report, err := run.Do(ctx, reader)
	bar.end()
	if printed := e.printImport(report, f); printed != nil {
		return errors.Join(err, printed)
	}
	if err != nil {
		return err
	}
	total := report.Total()
	switch {
	case report.Interrupted:
		return errors.New("interrupted: the same command goes on where this one stopped")
	case total.Refused > 0:
		return fmt.Errorf("%d of %d were refused", total.Refused, total.Read)
	default:
		return nil
	}
}
