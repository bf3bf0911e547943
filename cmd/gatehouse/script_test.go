package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/gatehouse-id/gatehouse/test/services"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gatehouse": main})
}

// Each verb has a script that shows its use and its misuse: testdata/script/VERB.txtar.
func TestScripts(t *testing.T) {
	t.Parallel()
	redis := services.NewRedis(t) // one for all scripts: those that need it make users of their own
	encrypted := services.NewSMTP(t, services.SMTPOptions{TLS: true, OnlyTLS: true, User: "user", Password: "hunter22"})
	cleartext := services.NewSMTP(t, services.SMTPOptions{})
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GATEHOUSE_DATA_DIR", env.WorkDir+"/data")
			env.Setenv("GATEHOUSE_ISSUER", "https://id.example.com")
			env.Setenv("REDIS", redis.Address())
			env.Setenv("SMTP", fmt.Sprintf("127.0.0.1:%d", encrypted.Port))
			env.Setenv("SMTP_CA", encrypted.CAFile)
			env.Setenv("SMTP_CLEARTEXT", fmt.Sprintf("127.0.0.1:%d", cleartext.Port))
			hydra, err := filepath.Abs("../../storage/hydradb/testdata")
			if err != nil {
				return err
			}
			env.Setenv("HYDRA", hydra)
			for _, name := range []string{"GATEHOUSE_LISTEN", "GATEHOUSE_OPS_LISTEN"} {
				address, err := services.Address()
				if err != nil {
					return err
				}
				env.Setenv(name, address)
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"field": field, "await": await, "tamper": tamper},
	})
}

// field NAME VAR takes the value of a "name": "value" line of the last output into a
// variable of the script.
func field(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.SplitSeq(ts.ReadFile("stdout"), "\n") {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if ok && name == strconv.Quote(args[0]) {
			ts.Setenv(args[1], strings.Trim(value, `",`))
			return
		}
	}
	ts.Fatalf("no field %q in the output", args[0])
}

// await repeats a command until it succeeds.
func await(ts *testscript.TestScript, _ bool, args []string) {
	var err error
	for range 100 {
		if err = ts.Exec(args[0], args[1:]...); err == nil {
			return
		}
		if ts.Exec("sleep", "0.1") != nil {
			break
		}
	}
	ts.Fatalf("%s: %v", strings.Join(args, " "), err)
}

// tamper FILE STATEMENT changes an SQLite database directly.
func tamper(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0])+"?_pragma=busy_timeout(5000)")
	ts.Check(err)
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(errors.Join(err, db.Close()))
}
