package main

import (
	"github.com/spf13/cobra"
)

func newImport(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Take over users, clients and more from another system",
		Long: `Each import checks every line, writes what is fine in batches, and says which lines were refused
and why; it then exits with status 1. With --refused FILE those lines are written to a file, to
be mended and imported again; it is written at the end, and not where nothing was refused and an
earlier import left one. --dry-run checks everything, also against what exists, and writes
nothing but that it ran. "gatehouse import list" and the console show how far each import is.

Without a database an import makes one, as "gatehouse serve" would, and a dry run checks against an
empty one, which it removes. One that is there must have been migrated for a dry run, which does not
do it, and on Postgres always.

An import can be repeated: what is there already is passed over. Ctrl-C keeps the batches that
were written; the same command goes on where it stopped.`,
	}
	cmd.AddCommand(newImportUsers(env), newImportClients(env), newImportKeycloak(env), newImportDex(env), newImportHydra(env), newImportList(env))
	return cmd
}
