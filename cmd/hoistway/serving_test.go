package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// serveScript serves a scenario until the script ends, and gives the script the
// address in $url and the client's secret where load looks for it, and in a file:
// serve SCENARIO ARG...
func serveScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve SCENARIO ARG...")
	}
	self, err := os.Executable()
	ts.Check(err)
	// Under this name, the test binary is hoistway: see TestMain.
	path := filepath.Join(ts.MkAbs("."), "hoistway")
	ts.Check(os.Symlink(self, path))
	cmd := exec.Command(path, append([]string{"serve", "--addr", "127.0.0.1:0", "--format", "json", "--log", "serve.log", "--app=false"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	cmd.Stderr = os.Stderr
	ts.Check(cmd.Start())
	ts.Check(os.Remove(path))
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		late := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // its exit code is no affair of the script's
		late.Stop()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	ts.Check(err)
	var s serving
	ts.Check(json.Unmarshal(line, &s))
	ts.Setenv("url", s.URL)
	ts.Setenv(secretVariable, s.Secret)
	ts.Check(os.WriteFile(ts.MkAbs("secret"), []byte(s.Secret+"\n"), 0o600))
}
