package metrics

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus/collectors"
)

// SQL counts statements.
type SQL struct {
	registration *registration
	calls        calls
}

func newSQL(r *registration) *SQL {
	return &SQL{registration: r, calls: newCalls(r, "sql_statement", "Statements to the database")}
}

// Statement counts one statement.
func (s *SQL) Statement(seconds float64, failed bool) { s.calls.observe(seconds, failed) }

// Watch shows the connections of a pool as go_sql_..., with the name as the label db_name.
func (s *SQL) Watch(db *sql.DB, name string) error {
	return s.registration.watch("connections of "+name, collectors.NewDBStatsCollector(db, name))
}
