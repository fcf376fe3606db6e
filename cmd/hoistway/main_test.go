package main

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this command as a real process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hoistway": func() { os.Exit(hoistway()) }})
}

// TestScripts runs the command lines in testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               small,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ends": ends, "noise": noise, "interrupt": interrupt, "same": same, "stores": stores, "email": email, "serve": serveScript,
		},
	})
}

// small gives every script two small scenarios to run.
func small(env *testscript.Env) error {
	for _, name := range []string{"annex.toml", "barn.toml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// ends runs hoistway and expects its exit code: ends CODE ARG...
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: ends CODE ARG...")
	}
	code := 0
	if err := ts.Exec("hoistway", args[1:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("hoistway did not run: %v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("hoistway ended with exit code %d, want %s\n%s", code, args[0], ts.ReadFile("stderr"))
	}
}

// noise writes a file of random bytes: noise FILE MEGABYTES
func noise(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: noise FILE MEGABYTES")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	source := rand.NewChaCha8([32]byte{1})
	block := make([]byte, 1<<20)
	_, _ = source.Read(block)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	for range size {
		_, err := f.Write(block)
		ts.Check(err)
	}
	ts.Check(f.Close())
}

// interrupt runs hoistway, presses Ctrl-C once a file that matches the pattern
// exists, and expects exit code 130: interrupt PATTERN ARG...
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt PATTERN ARG...")
	}
	self, err := os.Executable()
	ts.Check(err)
	// Under this name, the test binary is hoistway: see TestMain.
	path := filepath.Join(ts.MkAbs("."), "hoistway")
	ts.Check(os.Symlink(self, path))
	defer os.Remove(path)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		found, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		if len(found) > 0 {
			break
		}
		select {
		case err := <-ended:
			ts.Fatalf("hoistway ended before %s existed: %v\n%s", args[0], err, &output)
		case <-time.After(time.Millisecond):
		}
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	err = <-ended
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		ts.Fatalf("hoistway ended with %v, want exit code %d\n%s", err, exitInterrupted, &output)
	}
}

// same expects two folders to hold the same files: same DIR DIR
func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same DIR DIR")
	}
	var contents [2]map[string]string
	for i, dir := range args {
		contents[i] = map[string]string{}
		root := ts.MkAbs(dir)
		ts.Check(filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			contents[i][name] = string(text)
			return err
		}))
	}
	if len(contents[0]) == 0 {
		ts.Fatalf("%s holds no files", args[0])
	}
	equal := len(contents[0]) == len(contents[1])
	for name, text := range contents[0] {
		if other, ok := contents[1][name]; !ok || other != text {
			equal = false
			ts.Logf("%s differs or is missing", name)
		}
	}
	if equal == neg {
		ts.Fatalf("%s and %s: same files is %v", args[0], args[1], equal)
	}
}
