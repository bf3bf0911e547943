package main

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		dryRun:  cmd.Flags().Bool("dry-run", false, "check everything, also against what exists, and write nothing but that it ran"),
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
	recorder := e.importRecorder(h, f, cmd.Name(), file.Name)
	return e.runImport(cmd.Context(), f, append(file.used, h.files()...), recorder, imports.Run{Sinks: e.importSinks(cmd, h, f, file.Source, kinds...)}, reader, file.position)
}

// importRecorder keeps how far an import is. What it came from has no credentials.
func (e *environment) importRecorder(h *instance, f importFlags, command, name string) *imports.Recorder {
	return imports.NewRecorder(h.store, e.clock, e.random, imports.History{Command: command, File: name, DryRun: *f.dryRun, Actor: e.actor()})
}

// endTime is how long the end of an import that was interrupted may take to be stored.
const endTime = 5 * time.Second

func (e *environment) endImport(ctx context.Context, recorder *imports.Recorder, report *imports.Report, position func() (read, total int64), cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	read, total := position()
	return recorder.End(ctx, report, read, total, cause)
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
// error when items were refused or the import was interrupted. Position is how many bytes of the source were
// read, and of how many, 0 where that is not known. The file for refused lines may be
// none of those in use.
func (e *environment) runImport(ctx context.Context, f importFlags, used []usedFile, recorder *imports.Recorder, run imports.Run, reader imports.Reader, position func() (read, total int64)) (err error) {
	if *f.refused != "" {
		refused, openErr := openRefused(*f.refused, used)
		if openErr != nil {
			return openErr
		}
		run.Refused = refused.write
		defer func() { err = errors.Join(err, refused.close(e.Err)) }()
	}
	bar := newImportProgress(e.Err, e.clock, position)
	if err := recorder.Begin(ctx); err != nil && !*f.dryRun { // which checks against a database that may be only read
		return err
	}
	run.Progress = func(r *imports.Report) {
		read, total := position()
		recorder.Progress(ctx, r, read, total)
		bar.show(r)
	}
	beating, stop := context.WithCancel(ctx)
	go recorder.Beat(beating)
	report, err := run.Do(ctx, reader)
	stop()
	bar.end()
	if kept := e.endImport(ctx, recorder, report, position, err); kept != nil && !*f.dryRun {
		err = errors.Join(err, kept)
	}
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
