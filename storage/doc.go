// Package storage stores the domain's data, through GORM, in two databases: SQLite in a local
// file, and Postgres shared by any number of processes.
//
// It implements the interfaces that the provider packages declare, one file per aggregate, and
// returns the sentinel errors of package provider. It makes no decisions: whether a row may be
// used is decided by the domain, in the condition of the statement where a race would matter.
//
// A transaction is passed in the context. InTx joins an existing one; Detached never does, for
// consequences that must survive a rollback. The schema is numbered SQL in migrations/, one folder
// per dialect, embedded in the binary.
//
// No type of GORM, SQL or a driver leaves the package.
package storage
