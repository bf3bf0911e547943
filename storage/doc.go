// Package storage keeps the domain's data, through GORM, on two databases: SQLite in a
// file of this process, and Postgres shared by any number of them.
//
// It implements the ports that the provider packages declare, one file per aggregate, and
// answers with the sentinels of package provider. It decides nothing: which row may be
// used is the domain's question, asked in the statement where a race would matter.
//
// A transaction travels in the context. InTx joins the one that is there; Detached never
// does, for consequences that must outlive a rollback. The schema is numbered SQL in
// migrations/, one folder per dialect, embedded in the binary.
//
// Nothing of GORM, SQL or a driver leaves the package.
package storage
